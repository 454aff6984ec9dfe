using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Arena.Trainer.Native;
using Arena.Trainer.Policies;
using Arena.Trainer.Serving;
using Spectre.Console;
using TorchSharp;

namespace Arena.Trainer.Commands;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Checks that this machine can serve and train, and says what is missing");
        command.SetAction(_ =>
        {
            var sound = true;
            var table = new Table().AddColumns("check", "result", "detail");
            void Check(string name, Func<string> run)
            {
                try
                {
                    table.AddRow(new Text(name), new Markup("[green]ok[/]"), new Text(run()));
                }
                catch (Exception e) when (e is TrainerException or IOException or UnauthorizedAccessException)
                {
                    sound = false;
                    table.AddRow(new Text(name), new Markup("[red]missing[/]"), new Text(e.Message));
                }
            }
            Check("libtorch", () =>
            {
                TorchBootstrap.Start(threads: 1);
                return $"loads on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}";
            });
            foreach (var finding in Finding.Of(MachineFacts.Here(Path.GetTempPath(), torch: sound)))
            {
                sound &= finding.Kind != FindingKind.Missing;
                var mark = finding.Kind switch { FindingKind.Sound => "[green]ok[/]", FindingKind.Note => "[yellow]note[/]", _ => "[red]missing[/]" };
                table.AddRow(new Text(finding.Name), new Markup(mark), new Text(finding.Detail));
            }
            if (sound)
            {
                Check("arithmetic", Matmul);
                Check("shipped model", () =>
                {
                    using var policy = ShippedModel.Load(ShippedModel.Name);
                    return $"{policy.Weights.Flat.NumberOfElements:N0} weights, sha256 {policy.WeightsHash[..12]}…";
                });
            }
            Check("keys and values", () =>
            {
                var bytes = ServeOptions.DefaultKvBytes;
                // Qwen2.5-0.5B: 24 layers, 2 key-value heads of 64, 4 bytes, keys and values.
                var tokens = bytes / (2L * 24 * 2 * 64 * 4);
                return $"serve keeps up to {bytes >> 20:N0} MiB for running answers (a quarter of the memory; --kv-memory says otherwise): {tokens:N0} tokens of a model like Qwen2.5-0.5B";
            });
            Check("temporary files", () =>
            {
                var path = Path.Combine(Path.GetTempPath(), $"arena-trainer-doctor-{Environment.ProcessId}");
                Weights.AtomicFile.Write(path, "ok");
                File.Delete(path);
                return Path.GetTempPath();
            });
            AnsiConsole.Write(table);
            return sound ? 0 : 1;
        });
        return command;
    }

    private static string Matmul()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.ones(1024, 1024), torch.ones(1024, 1024));
        a.mm(b);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 5; i++)
        {
            a.mm(b);
        }
        var exact = a.mm(b).sum().item<float>() == 1024f * 1024 * 1024;
        return exact
            ? $"{5 * 2 * Math.Pow(1024, 3) / clock.Elapsed.TotalSeconds / 1e9:F0} GFLOP/s in one thread (32-bit matrix product)"
            : throw new TrainerException("a matrix product gave a wrong sum");
    }
}
