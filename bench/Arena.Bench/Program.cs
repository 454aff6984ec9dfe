using Arena.Bench;

// One file for each benchmark; bench.sh passes its name and options on.
switch (args.FirstOrDefault())
{
    case "kernel":
        return KernelBench.Run(full: args.Contains("--full"));
    case "ratings":
        return RatingsBench.Run(full: args.Contains("--full"));
    case "matchmaking":
        return MatchmakingBench.Run(args);
    case "judges":
        return JudgesBench.Run(args[1..]);
    case "platform":
        return await PlatformBench.RunAsync(full: args.Contains("--full"));
    default:
        Console.Error.WriteLine("usage: Arena.Bench kernel|ratings|matchmaking|judges|platform [--full]");
        return 2;
}
