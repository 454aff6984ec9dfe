using System.CommandLine;
using System.Text.Json;
using Arena.Rules;
using Arena.Rules.Transcripts;
using Spectre.Console;

namespace Arena.Client.Commands;

/// <summary>arena verify FILE: plays a transcript again and compares everything.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A transcript, from the site or from arena play --out" };
        var commitment = new Option<string?>("--commitment") { Description = "The commitment published before play, where you have it from elsewhere" };
        var command = new Command("verify", "Replays a transcript under the published rules; exit status 0 means that every check holds.") { file, commitment };
        command.SetAction(result => Run(result.GetRequiredValue(file), result.GetValue(commitment)));
        return command;
    }

    private static int Run(string file, string? commitment)
    {
        if (!File.Exists(file))
        {
            throw new ClientException($"There is no file {file}.");
        }
        var bytes = File.ReadAllBytes(file);
        string? slug;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            slug = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("space", out var space) && space.ValueKind == JsonValueKind.String ? space.GetString() : null;
        }
        catch (JsonException e)
        {
            throw new ClientException($"{file} is not JSON: {e.Message}");
        }
        var rules = (slug is null ? null : SpaceRegistry.Find(slug)) ?? throw new ClientException($"{file} is no transcript of a space that this program knows.");
        var report = TranscriptReplay.Run(bytes, rules, commitment);
        foreach (var check in report.Checks)
        {
            AnsiConsole.MarkupLine(check.Ok ? $"[green]✓[/] {Markup.Escape(check.Step)}" : $"[red]✗ {Markup.Escape(check.Step)}[/]: expected {Markup.Escape(Cut(check.Expected))}, found {Markup.Escape(Cut(check.Found))}");
        }
        AnsiConsole.WriteLine(report.Ok ? "Every check holds." : "This transcript is not what it says.");
        return report.Ok ? 0 : 1;
    }

    private static string Cut(string text) => text.Length > 120 ? text[..120] + "…" : text;
}
