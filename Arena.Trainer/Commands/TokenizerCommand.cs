using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Arena.Trainer.Chat;
using Arena.Trainer.Policies;
using Arena.Trainer.Tokenizing;
using Spectre.Console;

namespace Arena.Trainer.Commands;

/// <summary>Shows what a model's tokenizer makes of a text, and how fast it is.</summary>
internal static class TokenizerCommand
{
    private const int ShownTokens = 64;

    public static Command Create()
    {
        var model = new Argument<string>("folder") { Description = "A model's folder (tokenizer.json or tokenizer.model in it), or arena-tiny" };
        var text = new Option<string>("--show") { Description = "A text whose tokens are shown", DefaultValueFactory = _ => "Hello, world! <|im_end|> 🙂 1234" };
        var file = new Option<string?>("--text") { Description = "A file to measure the speed on; without one a mixed text of 2 MB" };
        var command = new Command("tokenizer", "Shows what a model's tokenizer makes of a text, and how fast it is") { model, text, file };
        command.SetAction(parse =>
        {
            var folder = ShippedModel.Resolve(parse.GetRequiredValue(model));
            var started = Stopwatch.GetTimestamp();
            var tokenizer = Tokenizer.LoadFolder(folder);
            var loaded = Stopwatch.GetElapsedTime(started);
            var chat = ChatFormat.Load(folder, tokenizer, TimeProvider.System);
            AnsiConsole.WriteLine($"{tokenizer.VocabSize} tokens, {tokenizer.ControlTexts.Count} control tokens; read in {loaded.TotalMilliseconds:F0} ms");
            AnsiConsole.WriteLine($"beginning {chat.BosToken ?? "none"}, end {chat.EosToken ?? "none"} ({string.Join(", ", chat.EosIds)}); chat template: {(chat.HasTemplate ? "yes" : "no")}");
            var shown = parse.GetRequiredValue(text);
            AnsiConsole.WriteLine("as trusted text:   " + Written(tokenizer, chat.EncodeText(shown, ControlTokens.Recognised)));
            AnsiConsole.WriteLine("as untrusted text: " + Written(tokenizer, chat.EncodeText(shown, ControlTokens.PlainText)));
            Measure(tokenizer, parse.GetValue(file) is { } path ? Read(path) : Mixed());
            return 0;
        });
        return command;
    }

    private static void Measure(Tokenizer tokenizer, string text)
    {
        var megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;
        // Pieces like messages: a cache of words is what serving and training see too.
        var parts = text.Chunk(4_000).Select(c => new string(c)).ToList();
        foreach (var pass in (string[])["first pass", "again"])
        {
            var started = Stopwatch.GetTimestamp();
            var tokens = parts.Sum(p => tokenizer.Encode(p, EncodeOptions.Untrusted).Count);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            AnsiConsole.WriteLine($"{pass,-10} {megabytes / seconds,8:F2} MB/s {tokens / seconds / 1e6,8:F2} M tokens/s ({megabytes:F1} MB, {tokens} tokens, one thread)");
        }
    }

    private static string Written(Tokenizer tokenizer, List<int> ids) =>
        string.Join(' ', ids.Take(ShownTokens).Select(i => $"{i}:{tokenizer.Text(i)}")) + (ids.Count > ShownTokens ? " …" : "");

    private static string Mixed()
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < 2_000_000; i++)
        {
            text.Append("The agent in seat ").Append(i % 7).Append(" played ").Append(i * 31 % 997).Append("; it didn't win. public int Value").Append(i).Append(" => _values[")
                .Append(i).Append("];\n\tnaïve façade, Größe, 東京の天気, 🙂 x").Append((char)('a' + i % 26)).Append("\n\n");
        }
        return text.ToString();
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainerException($"{path} can't be read: {e.Message}", e);
        }
    }
}
