using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;

namespace Arena.Rules.Spaces.TradeWars;

/// <summary>Recorded prices that an operator plays instead of generated ones, oldest first, in millionths of the quoted unit.</summary>
/// <param name="Name">For people, e.g. the file's name.</param>
public sealed record PriceSeries(string Name, IReadOnlyList<long> Prices)
{
    public const int LeastPrices = 2 * TradeWarsRules.PathLength;
    public const int MostPrices = 20_000;
    public const long LargestPrice = 100_000_000_000_000;

    private string? _material, _hash;

    /// <summary>The series as a match's material: canonical JSON {"name":text,"prices":[millionths]}.</summary>
    public string Material => _material ??= Encoding.UTF8.GetString(CanonicalJson.Write(new JsonObject
    {
        ["name"] = Name,
        ["prices"] = new JsonArray([.. Prices.Select(p => JsonValue.Create(p))]),
    }));

    /// <summary>SHA-256 of the material's bytes, lower-case hex.</summary>
    public string Hash => _hash ??= Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Material)));

    /// <summary>Reads a material back.</summary>
    /// <exception cref="FormatException">It is not a series: which part and why.</exception>
    public static PriceSeries Of(JsonObject material)
    {
        if (material.Count != 2 || material["name"]?.GetValueKind() != System.Text.Json.JsonValueKind.String || material["prices"] is not JsonArray list)
        {
            throw new FormatException("The material is not a series of prices: it has a name and a list of prices, nothing else.");
        }
        var prices = new long[list.Count];
        for (var i = 0; i < prices.Length; i++)
        {
            prices[i] = list[i] is JsonValue v && v.TryGetValue<long>(out var price) ? price : throw new FormatException($"Price {i + 1} of the material is no whole number.");
        }
        return Problem(prices) is { } problem ? throw new FormatException(problem) : new PriceSeries(material["name"]!.GetValue<string>(), prices);
    }

    /// <summary>
    /// Reads a CSV: one price a line, oldest first. Fields are separated by commas, semicolons or tabs. With a heading, the column called close, price or last counts
    /// (in any case); without one, the last column. Prices are positive decimals with a point and at most six decimals. Blank lines and lines that begin with # are skipped.
    /// </summary>
    /// <returns>The series, or what is wrong and in which line.</returns>
    public static (PriceSeries? Series, string? Problem) ReadCsv(string text, string name)
    {
        var prices = new List<long>();
        int? column = null;
        var number = 0;
        var fieldsPerLine = 0;
        foreach (var line in text.TrimStart('\ufeff').Split('\n'))
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty || line.StartsWith('#'))
            {
                continue;
            }
            var fields = line.Split([',', ';', '\t'], StringSplitOptions.TrimEntries);
            if (column is null)
            {
                fieldsPerLine = fields.Length;
                column = Array.FindIndex(fields, f => f.Trim('"').ToLowerInvariant() is "close" or "price" or "last");
                if (column >= 0)
                {
                    continue;
                }
                column = fields.Length - 1;
            }
            if (fields.Length != fieldsPerLine)
            {
                return (null, $"{name}, line {number}: {fields.Length} fields where the first line has {fieldsPerLine}.");
            }
            var field = fields[column.Value].Trim('"');
            if (Millionths(field) is not { } price)
            {
                return (null, $"{name}, line {number}: {AnswerText.Quote(field)} is not a price: a positive decimal with a point, at most six decimals and at most {LargestPrice / 1_000_000}.");
            }
            if (prices.Count == MostPrices)
            {
                return (null, $"{name}, line {number}: more than {MostPrices} prices.");
            }
            prices.Add(price);
        }
        return Problem(prices) is { } problem ? (null, $"{name}, line {number}: {problem}") : (new PriceSeries(name, prices), null);
    }

    /// <summary>A game's prices in cents: so many from a drawn place, scaled so that the first is 100.00 (rounded to the nearest cent, at least one).</summary>
    public int[] Window(Draws draws, int count)
    {
        var from = draws.Next(Prices.Count - count + 1);
        var window = new int[count];
        for (var i = 0; i < count; i++)
        {
            // 1e14 * 1e4 * 2 is near the end of 64 bits; a rise of more than ten thousandfold is cut.
            var scaled = (2 * (UInt128)Prices[from + i] * PricePath.Opening + (UInt128)Prices[from]) / (2 * (UInt128)Prices[from]);
            window[i] = (int)UInt128.Clamp(scaled, 1, 100_000_000);
        }
        return window;
    }

    private static string? Problem(IReadOnlyList<long> prices)
    {
        if (prices.Count < LeastPrices || prices.Count > MostPrices)
        {
            return $"A series has {LeastPrices} to {MostPrices} prices; this one has {prices.Count}.";
        }
        for (var i = 0; i < prices.Count; i++)
        {
            if (prices[i] < 1 || prices[i] > LargestPrice)
            {
                return $"Price {i + 1} is out of range.";
            }
        }
        return null;
    }

    private static long? Millionths(string field)
    {
        var point = field.IndexOf('.', StringComparison.Ordinal);
        var (whole, part) = point < 0 ? (field, "") : (field[..point], field[(point + 1)..]);
        return whole.Length is >= 1 and <= 9 && part.Length <= 6 && point != field.Length - 1
            && long.TryParse(whole + part.PadRight(6, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var price) && price >= 1 && price <= LargestPrice ? price : null;
    }
}
