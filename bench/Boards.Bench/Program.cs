using BenchmarkDotNet.Running;

// Options are BenchmarkDotNet's: --filter '*' for all, --job short for three rounds each, --list flat for the names.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
