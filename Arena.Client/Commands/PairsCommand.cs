using System.CommandLine;
using Arena.Engine.Preferences;

namespace Arena.Client.Commands;

/// <summary>Preference pairs of a Parquet file as lines of JSON, for the site's import and for the trainer.</summary>
internal static class PairsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A Parquet file of preference pairs in TRL's form, as data set hubs keep them" };
        var output = new Option<string?>("--out") { Description = "File for the lines; left out: the terminal" };
        var command = new Command("pairs", "Writes a Parquet file of preference pairs as JSON lines, and says which of them the site would refuse") { file, output };
        command.SetAction(async (parse, cancel) =>
        {
            try
            {
                await using var from = File.OpenRead(parse.GetRequiredValue(file));
                await using var to = parse.GetValue(output) is { } path ? new StreamWriter(path) : new StreamWriter(Console.OpenStandardOutput());
                var (rows, pairs, refused) = (0, 0, 0);
                // As many at a time as the site takes in one file.
                await foreach (var part in ParquetLines.ReadAsync(from, cancel).Chunk(TrlImport.MostLines).WithCancellation(cancel))
                {
                    foreach (var line in part)
                    {
                        await to.WriteLineAsync(line);
                    }
                    var (good, problems) = TrlImport.Read(string.Join('\n', part));
                    foreach (var problem in problems.Take(Math.Max(0, Shown - refused)))
                    {
                        Console.Error.WriteLine($"Row {rows + problem.Line}: {problem.Problem}");
                    }
                    rows += part.Length;
                    pairs += good.Count;
                    refused += problems.Count;
                }
                Console.Error.WriteLine($"{rows} rows: {pairs} pairs that the site takes, {refused} rows that it would refuse{(rows > TrlImport.MostLines ? $" (at most {TrlImport.MostLines} rows a file: split it)" : "")}.");
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ClientException(e.Message);
            }
        });
        return command;
    }

    private const int Shown = 20;
}
