using System.Diagnostics;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;

namespace Arena.Tests.Trainer.Serving;

/// <summary>The server as OpenAI's own npm client meets it: openai-npm/client.mjs, run by node.</summary>
[Collection(TorchCollection.Name)]
public sealed class OpenAiNpmClientTests
{
    [Fact]
    public async Task Chat_streams_completions_models_and_errors_are_what_the_client_expects()
    {
        var folder = Path.Combine(Repository.Root, "Arena.Tests", "Trainer", "Serving", "openai-npm");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "The npm packages of openai-npm are not installed: run 'npm ci' there.");
        using var data = new TemporaryFolder();
        await using var app = ServeHost.Build(0, new PolicyFolders(data.Path, null), TimeProvider.System);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var node = Process.Start(new ProcessStartInfo("node", ["client.mjs", app.Urls.First()]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, $"{await output}\n{await errors}");
        Assert.EndsWith("errors\n", await output);
    }
}
