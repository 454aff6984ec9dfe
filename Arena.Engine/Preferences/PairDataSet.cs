using System.IO.Compression;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Arena.Engine.Preferences;

/// <summary>Writes a data set: a zip with README.md (the card), LICENSE.md where the pairs are not under one licence, and each split as Parquet and as JSON lines.</summary>
public static class PairDataSet
{
    private static readonly DateTimeOffset Stamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The same pairs and card give the same bytes.</summary>
    public static async Task<byte[]> ZipAsync(SelectedPairs pairs, SelectionOptions options, CardFacts facts, CancellationToken ct)
    {
        var (train, test) = (await ParquetAsync(pairs.Train, ct), await ParquetAsync(pairs.Test, ct));
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            await AddAsync("README.md", Encoding.UTF8.GetBytes(PairCard.Write(pairs, options, facts with { TrainBytes = train.Length, TestBytes = pairs.Test.Count > 0 ? test.Length : 0 })));
            if (PairCard.LicenceFile(pairs) is { } licences)
            {
                await AddAsync("LICENSE.md", Encoding.UTF8.GetBytes(licences));
            }
            foreach (var (name, lines, parquet) in new[] { ("train", pairs.Train, train), ("test", pairs.Test, test) })
            {
                if (lines.Count > 0)
                {
                    await AddAsync($"data/{name}-00000-of-00001.parquet", parquet);
                    await AddAsync($"jsonl/{name}.jsonl", [.. lines.SelectMany(l => l.ToUtf8())]);
                }
            }

            async Task AddAsync(string name, byte[] content)
            {
                var entry = zip.CreateEntry(name);
                entry.LastWriteTime = Stamp;
                await using var stream = await entry.OpenAsync(ct);
                await stream.WriteAsync(content, ct);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>One row group with the columns of <see cref="PairCard.Columns"/>.</summary>
    public static async Task<byte[]> ParquetAsync(IReadOnlyList<PairLine> lines, CancellationToken ct)
    {
        var schema = new ParquetSchema(PairCard.Columns.Select(c => c.Type switch
        {
            "float64" => (Field)new DataField<double>(c.Name),
            "int32" => new DataField<int>(c.Name),
            _ => new DataField<string>(c.Name),
        }).ToArray());
        using var bytes = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(schema, bytes, cancellationToken: ct))
        {
            using var group = writer.CreateRowGroup();
            foreach (var field in schema.DataFields)
            {
                switch (field.Name)
                {
                    case "margin":
                        await group.WriteAsync<double>(field, new ReadOnlyMemory<double>([.. lines.Select(l => l.Margin)]), null, null, ct);
                        break;
                    case "turn":
                        await group.WriteAsync<int>(field, new ReadOnlyMemory<int>([.. lines.Select(l => l.Turn)]), null, null, ct);
                        break;
                    default:
                        await group.WriteAsync(field, lines.Select(l => Text(l, field.Name)!).ToList());
                        break;
                }
            }
        }
        return bytes.ToArray();
    }

    /// <summary>A text column's value.</summary>
    internal static string? Text(PairLine line, string column) => column switch
    {
        "prompt" => line.Prompt,
        "chosen" => line.Chosen,
        "rejected" => line.Rejected,
        "space" => line.Space,
        "notation" => line.Notation,
        "source" => line.Source,
        "match" => line.Match.ToString(),
        "chosenVersion" => line.ChosenVersion.ToString(),
        "rejectedVersion" => line.RejectedVersion.ToString(),
        "onPolicyOf" => line.OnPolicyOf?.ToString(),
        "judges" => line.Judges,
        "license" => line.License,
        "hash" => line.Hash,
        "createdAt" => line.CreatedAt.ToString("O"),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, null),
    };
}
