using System.CommandLine;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Arena.Trainer.Weights;
using Spectre.Console;

namespace Arena.Trainer.Commands;

internal static class ServeCommand
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "On loopback", DefaultValueFactory = _ => 5081 };
        var data = new Option<string>("--data") { Description = "Folder of policies: each folder in its \"policies\" and \"bases\" is served under its name" };
        var models = new Option<string[]>("--model") { Description = "FOLDER or NAME=FOLDER: a model in Hugging Face's layout; may be given several times" };
        var adapters = new Option<string[]>("--adapter") { Description = "NAME=FOLDER: an adapter in PEFT's format, over a base that is served too; may be given several times" };
        var rewards = new Option<string[]>("--reward") { Description = "FOLDER or NAME=FOLDER: a reward model (made by `reward train`) for POST /v1/score; may be given several times" };
        var memory = new Option<long?>("--kv-memory") { Description = "MiB for keys and values of running answers (default: a quarter of the memory)" };
        var waiting = new Option<int>("--queue") { Description = "Most requests that wait; more are answered with 429", DefaultValueFactory = _ => new ServeOptions().MaxWaiting };
        var threads = CommonOptions.Threads();
        var command = new Command("serve", "Answers OpenAI-compatible requests with policies") { port, data, models, adapters, rewards, memory, waiting, threads };
        command.SetAction(async (parse, cancel) =>
        {
            TorchBootstrap.Start(parse.GetValue(threads));
            var named = Named(parse.GetValue(models) ?? [], parse.GetValue(adapters) ?? []);
            var root = parse.GetValue(data) is { } given ? Path.GetFullPath(given) : Path.Combine(Path.GetTempPath(), "arena-serve-nothing");
            var options = new ServeOptions { MaxWaiting = Math.Max(1, parse.GetValue(waiting)) };
            options = parse.GetValue(memory) is { } mib ? options with { KvBytes = Math.Max(1, mib) << 20 } : options;
            await using var app = ServeHost.Build(parse.GetValue(port), new PolicyFolders(root, library: null, named), TimeProvider.System, options, Say, Rewards(parse.GetValue(rewards) ?? []));
            // Loaded before anybody listens: what is no reward model ends the command.
            var judges = await app.Services.GetRequiredService<RewardShelf>().ListAsync(cancel);
            await StartAsync(app, parse.GetValue(port), cancel);
            Introduce(app, options);
            foreach (var (name, weights) in judges)
            {
                AnsiConsole.WriteLine($"Reward model {name} at {app.Urls.First()}/v1/score, weights {weights}");
            }
            await TellAsync(app, cancel);
            return 0;
        });
        return command;
    }

    /// <summary>Starts listening and says where.</summary>
    internal static async Task StartAsync(WebApplication app, int port, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            throw new TrainerException($"Port {port} can't be used: {e.Message}", e);
        }
        AnsiConsole.WriteLine($"Serving on {string.Join(", ", app.Urls)}");
    }

    /// <exception cref="TrainerException">A folder is no model, or a name stands for two.</exception>
    internal static IReadOnlyDictionary<string, string> Named(IReadOnlyList<string> models, IReadOnlyList<string> adapters)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (option, given, file) in models.Select(m => ("--model", m, "config.json")).Concat(adapters.Select(a => ("--adapter", a, PeftAdapter.ConfigFile))))
        {
            var cut = given.IndexOf('=', StringComparison.Ordinal);
            if (cut <= 0 && option == "--adapter")
            {
                throw new TrainerException($"--adapter {given}: write NAME=FOLDER, the name that requests are to use.");
            }
            var folder = Path.GetFullPath(given[(cut + 1)..]);
            var name = cut > 0 ? given[..cut] : Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            if (!File.Exists(Path.Combine(folder, file)))
            {
                throw new TrainerException($"{option} {given}: there is no {file} in {folder}.");
            }
            if (name == ShippedModel.Name || !named.TryAdd(name, folder))
            {
                throw new TrainerException($"{option} {given}: the name \"{name}\" stands for another model already; write OTHERNAME={folder}.");
            }
        }
        return named;
    }

    /// <exception cref="TrainerException">A folder is no model, or a name stands for two.</exception>
    internal static IReadOnlyDictionary<string, string> Rewards(IReadOnlyList<string> given)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var reward in given)
        {
            var cut = reward.IndexOf('=', StringComparison.Ordinal);
            var folder = Path.GetFullPath(reward[(cut + 1)..]);
            if (!Directory.Exists(folder))
            {
                throw new TrainerException($"--reward {reward}: there is no folder {folder}.");
            }
            if (!named.TryAdd(cut > 0 ? reward[..cut] : Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder))
            {
                throw new TrainerException($"--reward {reward}: the name stands for another reward model already; write OTHERNAME={folder}.");
            }
        }
        return named;
    }

    /// <summary>What agents may start from, a line each; what can't be offered, with the reason.</summary>
    internal static void ListBases(WebApplication app)
    {
        var (offered, refused) = app.Services.GetRequiredService<BaseCatalog>().Look();
        foreach (var model in offered)
        {
            AnsiConsole.WriteLine($"Base {model.Name}: reads {(model.Notation == BaseCatalog.Text ? "the full text" : "compact notation")}, {model.Weights:N0} weights, context of {model.Context:N0} tokens");
        }
        foreach (var folder in refused)
        {
            AnsiConsole.WriteLine($"Not offered as a base: {folder.Name}. {folder.Problem}");
        }
    }

    private static void Introduce(WebApplication app, ServeOptions options)
    {
        var shelf = app.Services.GetRequiredService<PolicyShelf>();
        var names = shelf.Names();
        var address = app.Urls.First();
        AnsiConsole.WriteLine($"Models: {string.Join(", ", names)}");
        ListBases(app);
        AnsiConsole.WriteLine($"Room for keys and values: {options.KvBytes >> 20} MiB; at most {options.MaxRows} answers at once and {options.MaxWaiting} requests waiting.");
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Ask it, from another terminal:");
        AnsiConsole.WriteLine($"  curl {address}/v1/chat/completions -H 'Content-Type: application/json' \\");
        AnsiConsole.WriteLine($$"""    -d '{"model":"{{names[0]}}","messages":[{"role":"user","content":"tic-tac-toe:519"}],"max_tokens":1}'""");
        AnsiConsole.WriteLine($"OpenAI's clients take {address}/v1 as base address and any key. Counters: {address}/metrics");
        AnsiConsole.WriteLine("Ctrl-C ends it once the answers under way are finished.");
    }

    /// <summary>A line every ten seconds in which something was drawn, until the server ends.</summary>
    private static async Task TellAsync(WebApplication app, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, app.Lifetime.ApplicationStopping);
        var counts = app.Services.GetRequiredService<ServeCounts>();
        using var timer = new PeriodicTimer(TellEvery, TimeProvider.System);
        var (requests, tokens) = (0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                var (newRequests, newTokens) = (counts.Requests - requests, counts.Tokens - tokens);
                (requests, tokens) = (requests + newRequests, tokens + newTokens);
                if (newTokens > 0)
                {
                    Say($"{newTokens / TellEvery.TotalSeconds:F0} tokens/s, {newRequests} requests; now {counts.Running} answers running, {counts.Waiting} requests waiting, {counts.KvBytes >> 20} MiB of keys and values.");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Say(counts.Running > 0 ? $"Ending: {counts.Running} answers under way have {ServeHost.LastWords.TotalSeconds:F0} seconds." : "Ending.");
        }
        await app.StopAsync(CancellationToken.None);
        Say($"Served {counts.Requests} requests, {counts.Tokens} tokens.");
    }

    private static void Say(string line) => AnsiConsole.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {line}");
}
