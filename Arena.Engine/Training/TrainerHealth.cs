using Arena.Engine.Agents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Training;

/// <summary>How the trainer is.</summary>
public enum TrainerState
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>The site runs without one.</summary>
    Off,
    Up,
    Down,
}

/// <param name="Text">For people: what works and what waits.</param>
/// <param name="Since">When it became so.</param>
public sealed record TrainerStanding(TrainerState State, string Text, DateTimeOffset Since);

/// <summary>Asks the trainer every few seconds whether it is there, for banners and the status page, and then which bases it offers.</summary>
public sealed class TrainerHealth : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly PolicyServing _serving;
    private readonly PolicyBases _bases;
    private readonly TimeProvider _time;
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private volatile TrainerStanding _now;

    public TrainerHealth(IOptions<PolicyServing> serving, PolicyBases bases, TimeProvider time)
    {
        (_serving, _bases, _time) = (serving.Value, bases, time);
        _now = _serving.Enabled
            ? new(TrainerState.Unknown, "The trainer has not been asked yet.", time.GetUtcNow())
            : new(TrainerState.Off, "The trainer is off: policy agents can't play and nothing can be trained.", time.GetUtcNow());
    }

    public TrainerStanding Now => _now;

    public async Task CheckAsync(CancellationToken ct)
    {
        if (!_serving.Enabled)
        {
            return;
        }
        using var clock = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        try
        {
            using var response = await _http.GetAsync(new Uri(_serving.BaseAddress + "/health"), either.Token);
            Set(response.IsSuccessStatusCode
                ? (TrainerState.Up, "The trainer is up.")
                : (TrainerState.Down, $"The trainer answers with HTTP {(int)response.StatusCode}. Matches of policy agents wait or are void (nobody loses); training runs wait."));
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is HttpRequestException or OperationCanceledException)
        {
            Set((TrainerState.Down, "The trainer does not answer. Matches of policy agents wait or are void (nobody loses); training runs wait."));
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        await CheckAsync(ct);
        if (_now.State == TrainerState.Up)
        {
            await _bases.RefreshAsync(Patience, ct);
        }
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_serving.HealthEvery, _time);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Set((TrainerState State, string Text) found)
    {
        if (_now.State != found.State || _now.Text != found.Text)
        {
            _now = new(found.State, found.Text, _time.GetUtcNow());
        }
    }
}
