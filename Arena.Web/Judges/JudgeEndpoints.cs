using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Arena.Engine;
using Arena.Engine.Agents;
using Arena.Engine.Verdicts;
using Arena.Judges;
using Arena.Rules.Ratings;
using Arena.Web.Accounts;
using Arena.Web.Site;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Arena.Web.Judges;

internal static class JudgeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var judges = api.MapGroup("/judges").WithTags("Judges");
        judges.MapGet("", List);
        judges.MapGet("/{id:guid}", Read);
        judges.MapGet("/{id:guid}/judgments", ListJudgments);
        judges.MapPost("", Add).RequireAuthorization(Access.Admin);
        judges.MapPost("/test", TestDraft).RequireAuthorization(Access.Admin).RequireRateLimiting(Limits.Tries);
        judges.MapPost("/{id:guid}/test", Test).RequireAuthorization(Access.Admin).RequireRateLimiting(Limits.Tries);
        judges.MapPost("/{id:guid}/enable", (Guid id, JudgeDesk desk, CancellationToken ct) => Switch(id, true, desk, ct)).RequireAuthorization(Access.Admin);
        judges.MapPost("/{id:guid}/disable", (Guid id, JudgeDesk desk, CancellationToken ct) => Switch(id, false, desk, ct)).RequireAuthorization(Access.Admin);
        judges.MapPost("/{id:guid}/clear", Clear).RequireAuthorization(Access.Admin);
        judges.MapGet("/agreement", ReadAgreement);
        judges.MapGet("/calibration", ReadCalibration);
        judges.MapGet("/probes", ListProbes);
        judges.MapGet("/gold", ListGold).RequireAuthorization(Access.Admin);
        judges.MapPost("/gold", AddGold).RequireAuthorization(Access.Admin);
        judges.MapGet("/blind", NextBlind).RequireAuthorization(Access.Owner);
        judges.MapGet("/blind/standing", ReadStanding).RequireAuthorization(Access.Owner);
        judges.MapPost("/blind/{match:guid}", VoteBlind).RequireAuthorization(Access.Owner);
        var appeals = api.MapGroup("/matches/{match:guid}/appeal").WithTags("Judges");
        appeals.MapGet("", ReadAppeal);
        appeals.MapPost("", FileAppeal).RequireAuthorization(Access.Owner);
        api.MapPost("/agents/check-endpoint", CheckEndpoint).WithTags("Agents").RequireAuthorization(Access.Owner).RequireRateLimiting(Limits.Tries);
    }

    /// <summary>The panel: every judge with what it has done and how good it was on gold cases. Endpoints show to admins only.</summary>
    private static async Task<Ok<IReadOnlyList<JudgeAnswer>>> List(ClaimsPrincipal user, ArenaDb db, PanelBook book, CancellationToken ct)
    {
        var admin = user.HasClaim(OwnerClaims.Admin, "true");
        return TypedResults.Ok<IReadOnlyList<JudgeAnswer>>([.. (await JudgeBoard.ReadAsync(db, book, ct)).Records.Select(r => Answer(r, admin))]);
    }

    /// <summary>One judge, as in the list, with the versions that it has had.</summary>
    private static async Task<Results<Ok<OneJudgeAnswer>, ProblemHttpResult>> Read(Guid id, ClaimsPrincipal user, ArenaDb db, PanelBook book, CancellationToken ct)
    {
        if ((await JudgeBoard.ReadAsync(db, book, ct)).Records.FirstOrDefault(r => r.Judge.Id == id) is not { } record)
        {
            return Problems.NotFound("judge");
        }
        var history = await JudgeHistory.ReadAsync(db, id, null, ct);
        return TypedResults.Ok(new OneJudgeAnswer(
            Answer(record, user.HasClaim(OwnerClaims.Admin, "true")),
            [.. history.Versions.Select(v => new VersionBody(v.Version, v.Since, v.Until, v.Standing.Cases, Some(v.Standing.Accuracy), v.Standing.Low, v.Standing.High))]));
    }

    /// <summary>What a judge said of matches, newest first, thirty at a time; "before" is the moment of the last one seen.</summary>
    private static async Task<Results<Ok<IReadOnlyList<JudgmentBody>>, ProblemHttpResult>> ListJudgments(Guid id, ArenaDb db, CancellationToken ct, DateTimeOffset? before = null) =>
        await db.Judges.AnyAsync(j => j.Id == id, ct)
            ? TypedResults.Ok<IReadOnlyList<JudgmentBody>>([.. (await JudgeHistory.ReadAsync(db, id, before, ct)).Judgments
                .Select(j => new JudgmentBody(j.MatchId.Value, j.First, j.Preferred, j.Reason, j.Model, j.PromptHash, j.LatencyMs, j.CostMicroUsd, j.Tries, j.OnAppeal, j.At))])
            : Problems.NotFound("judge");

    private static JudgeAnswer Answer(JudgeRecord r, bool admin) => new(
        r.Judge.Id, r.Judge.Name, r.Judge.Model, admin ? r.Judge.Endpoint : null, r.Judge.Enabled, r.Judge.Origin, r.Judgments, r.Matches, r.Consistent, r.MeanLatencyMs, r.CostMicroUsd,
        r.Judge.Method, r.Family, r.Judge.Version, r.Judge.Compromised, Gold(r), r.WithPanel, new OwnFamilyBody(r.OwnKind.Better, r.OwnKind.Worse, r.OwnKind.Bias, r.OwnKind.Low, r.OwnKind.High), r.Weights,
        r.Clamped is { } c ? new ClampedAnswer(c.Accuracy, c.Gold, c.Matches) : null,
        [.. r.Probes.Select(p => new ProbeBody(p.Space, p.Cases, p.Accuracy, p.Low, p.High, p.Consistent))], r.Starts,
        [.. r.Events.Select(e => new EventBody(e.What, e.Source, e.Seen, e.At))]);

    private static GoldAnswerBody Gold(JudgeRecord r)
    {
        var s = r.Standing;
        return new(s.Cases, Some(s.Accuracy), s.Low, s.High, Some(s.Consistent), Some(s.FirstShare), Some(s.LongerShare), s.Canaries, s.CanariesFailed, r.Events.Any(e => e.What == JudgeEvent.Fell));
    }

    private static double? Some(double value) => double.IsFinite(value) ? value : null;

    /// <summary>How far the judges agree beyond chance.</summary>
    private static async Task<Ok<AgreementAnswer>> ReadAgreement(ArenaDb db, PanelBook book, CancellationToken ct)
    {
        var a = (await JudgeBoard.ReadAsync(db, book, ct)).Agreement;
        return TypedResults.Ok(new AgreementAnswer(a.Matches, a.Fleiss, a.Krippendorff, [.. a.Pairs.Select(p => new CohenAnswer(p.One, p.Other, p.Matches, p.Cohen))]));
    }

    /// <summary>Whether the panel's posteriors mean what they say, on gold cases that its weights had not seen.</summary>
    private static async Task<Ok<CalibrationAnswer>> ReadCalibration(PanelBook book, CancellationToken ct)
    {
        var forecasts = await book.ForecastsAsync(ct);
        return TypedResults.Ok(forecasts.Count == 0
            ? new CalibrationAnswer(0, null, null, [])
            : new CalibrationAnswer(forecasts.Count, Calibration.Accuracy(forecasts), Calibration.ExpectedError(forecasts), [.. Calibration.Bins(forecasts).Select(b => new BinAnswer(b.Count, b.Confidence, b.Accuracy))]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Clear(Guid id, JudgeDesk desk, CancellationToken ct) =>
        await desk.ClearAsync(id, ct) ? TypedResults.NoContent() : Problems.NotFound("judge");

    /// <summary>The gold cases; for admins only, since a known answer measures nothing.</summary>
    private static async Task<Ok<IReadOnlyList<GoldCase>>> ListGold(ArenaDb db, CancellationToken ct) =>
        TypedResults.Ok<IReadOnlyList<GoldCase>>(await db.GoldCases.AsNoTracking().OrderBy(g => g.Space).ThenBy(g => g.CreatedAt).ThenBy(g => g.Id).ToListAsync(ct));

    /// <summary>
    /// Probes of judges, newest first, at most 200; "before" is the window of the last one seen. Public: anybody can draw them again from the matches, which are public too.
    /// </summary>
    private static async Task<Ok<IReadOnlyList<ProbeItem>>> ListProbes(ArenaDb db, CancellationToken ct, string? space = null, DateTimeOffset? before = null) =>
        TypedResults.Ok<IReadOnlyList<ProbeItem>>(await db.Probes.AsNoTracking().Where(p => (space == null || p.Space == space) && (before == null || p.Window < before))
            .OrderByDescending(p => p.Window).ThenBy(p => p.Space).Take(200)
            .Select(p => new ProbeItem(p.Id, p.Space, p.MatchId.Value, p.Window, p.Better, p.Worse, p.Lead, p.Side)).ToListAsync(ct));

    private static async Task<IResult> AddGold(GoldWish wish, GoldDesk desk, CancellationToken ct) =>
        await desk.AddAsync(new(wish.Space, wish.Task, wish.Better, wish.Worse, wish.Kind), ct) is var (added, refused) && added is not null
            ? TypedResults.Created((string?)null, new { added.Id })
            : Problems.Because("gold-invalid", refused!);

    /// <summary>Two texts that the judges could not tell apart, for a person to compare; 204 when there are none.</summary>
    private static async Task<Results<Ok<BlindAnswer>, NoContent>> NextBlind(ClaimsPrincipal user, PeopleDesk desk, CancellationToken ct) =>
        await desk.NextAsync(user.RequiredOwner(), ct) is { } pair ? TypedResults.Ok(new BlindAnswer(pair.Match.Value, pair.Space, pair.Task, pair.Left, pair.Right)) : TypedResults.NoContent();

    /// <summary>What one's own votes weigh, by which rule, and why.</summary>
    private static async Task<Ok<StandingAnswer>> ReadStanding(ClaimsPrincipal user, PeopleDesk desk, CancellationToken ct) =>
        TypedResults.Ok(StandingAnswer.Of(await desk.StandingAsync(user.RequiredOwner(), ct)));

    private static async Task<IResult> VoteBlind(Guid match, VoteWish wish, ClaimsPrincipal user, PeopleDesk desk, CancellationToken ct) =>
        await desk.VoteAsync(new(match), user.RequiredOwner(), wish.Choice, ct) is var (seen, refused) && seen is not null
            ? TypedResults.Ok(new { seen.Left, seen.Right, seen.Known })
            : Problems.Because("vote-refused", refused!);

    private static async Task<Results<Ok<AppealAnswer>, ProblemHttpResult>> ReadAppeal(Guid match, ArenaDb db, CancellationToken ct) =>
        await db.Appeals.AsNoTracking().FirstOrDefaultAsync(a => a.MatchId == new MatchId(match), ct) is { } a ? TypedResults.Ok(AppealAnswer.Of(a)) : Problems.NotFound("appeal");

    private static Task<IResult> FileAppeal(
        Guid match, AppealWish wish, ClaimsPrincipal user, AppealDesk desk, IdempotencyKeys keys, CancellationToken ct, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null) =>
        keys.OnceAsync<AppealWish, AppealResult>(
            user.RequiredOwner(), idempotencyKey, $"appeal of {match}", wish,
            once => desk.FileAsync(new(match), user.RequiredOwner(), wish.Reason, ct, once),
            result => result switch
            {
                AppealFiled filed => new(StatusCodes.Status201Created, AppealAnswer.Of(filed.Appeal)),
                AppealFiledBefore before => WriteOutcome.Repeated(before.Answer),
                AppealRefused refused => WriteOutcome.Because(refused.Code, refused.Reason),
                _ => throw new InvalidOperationException($"Unknown result {result}."),
            },
            ct);

    private static async Task<IResult> Add(JudgeWish wish, JudgeDesk desk, CancellationToken ct) =>
        await desk.AddAsync(wish.ToNew(), ct) switch
        {
            JudgeAdded added => TypedResults.Created($"/api/v1/judges/{added.Judge.Id}", new { added.Judge.Id, added.Judge.Name, added.Judge.Model, added.Judge.Endpoint, added.Judge.Enabled }),
            JudgeRefused refused => Problems.Because(refused.Code, refused.Reason),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };

    private static async Task<Ok<ChatCheckResult>> TestDraft(JudgeWish wish, JudgeDesk desk, CancellationToken ct) => TypedResults.Ok(await desk.TestAsync(wish.ToNew(), ct));

    private static async Task<Ok<ChatCheckResult>> Test(Guid id, JudgeDesk desk, CancellationToken ct) => TypedResults.Ok(await desk.TestAsync(id, ct));

    private static async Task<Results<NoContent, ProblemHttpResult>> Switch(Guid id, bool enabled, JudgeDesk desk, CancellationToken ct) =>
        await desk.SwitchAsync(id, enabled, ct) ? TypedResults.NoContent() : Problems.NotFound("judge");

    /// <summary>"Test the connection" of a chat agent's form: one short question.</summary>
    private static async Task<Ok<ChatCheckResult>> CheckEndpoint(CheckWish wish, ClaimsPrincipal user, ChatCheck check, ArenaDb db, SecretVault vault, CancellationToken ct)
    {
        var key = string.IsNullOrWhiteSpace(wish.Key) && wish.AgentId is { } agent ? await StoredKeyAsync(new(agent), wish.Endpoint, user.RequiredOwner(), db, vault, ct) : wish.Key;
        return TypedResults.Ok(await check.RunAsync(wish.Endpoint, wish.Model, key, ct));
    }

    /// <summary>The stored key goes only to the endpoint that it was stored for.</summary>
    private static async Task<string?> StoredKeyAsync(AgentId id, string endpoint, Guid owner, ArenaDb db, SecretVault vault, CancellationToken ct)
    {
        var agent = await db.Agents.AsNoTracking().FirstOrDefaultAsync(a => a.Id == id && a.OwnerId == owner, ct);
        var config = agent is null ? null : await db.AgentVersions.Where(v => v.Id == agent.CurrentVersionId).Select(v => v.Config).FirstOrDefaultAsync(ct);
        if (config is null || AgentConfig.FromJson(config) is not ChatConfig chat || chat.Endpoint != endpoint.Trim().TrimEnd('/'))
        {
            return null;
        }
        var kept = await db.AgentSecrets.AsNoTracking().FirstOrDefaultAsync(s => s.AgentId == id && s.Name == AgentDesk.ChatKey, ct);
        return kept is null ? null : vault.Unprotect(kept.Protected);
    }

    /// <param name="Key">Null where the endpoint needs none; kept encrypted, never shown again.</param>
    public sealed record JudgeWish([Required] string Name, [Required] string Endpoint, [Required] string Model, string? Key = null, long InputMicroUsdPerMillionTokens = 0, long OutputMicroUsdPerMillionTokens = 0, string Method = JudgeMethods.Pairwise)
    {
        public NewJudge ToNew() => new(Name, Endpoint, Model, Key, InputMicroUsdPerMillionTokens, OutputMicroUsdPerMillionTokens, Method);
    }

    /// <param name="Starts">Log-odds at which its weight in a judged space starts before gold speaks: 1.5, or what its probes make of it.</param>
    /// <param name="Consistent">Share of matches in which both orders agreed, 0 to 1; null before the first.</param>
    public sealed record JudgeAnswer(
        Guid Id, string Name, string Model, string? Endpoint, bool Enabled, string Origin, int Judgments, int Matches, double? Consistent, double? MeanLatencyMs, long CostMicroUsd,
        string Method, string Family, string? Version, string? Compromised, GoldAnswerBody Gold, double? KappaWithVerdicts, OwnFamilyBody OwnFamily, IReadOnlyDictionary<string, double> Weights, ClampedAnswer? WithAgreement,
        IReadOnlyList<ProbeBody> Probes, IReadOnlyDictionary<string, double> Starts, IReadOnlyList<EventBody> Changes);

    public sealed record OneJudgeAnswer(JudgeAnswer Judge, IReadOnlyList<VersionBody> Versions);

    /// <summary>What a version showed on gold cases, between its first and its last answer to one.</summary>
    public sealed record VersionBody(string Version, DateTimeOffset Since, DateTimeOffset Until, int Cases, double? Accuracy, double Low, double High);

    /// <summary>One judgment: one seat order of one match.</summary>
    /// <param name="First">Player index shown first.</param>
    /// <param name="Preferred">Player index; null for a tie or an abstention.</param>
    public sealed record JudgmentBody(
        Guid Match, int First, int? Preferred, string Reason, string Model, string PromptHash, long LatencyMs, long CostMicroUsd, int Tries, bool OnAppeal, DateTimeOffset At);

    /// <summary>How much a judge favours its own model family, on probes asked for that alone; no weight hangs on it.</summary>
    /// <param name="Better">Probes in which its own family's answer is the better one by the rules.</param>
    /// <param name="Worse">Probes in which it is the worse one.</param>
    /// <param name="Bias">Share in which it prefers its own, less the half that the rules give, -0.5 to 0.5; null until there is a probe of each kind. Low and High its 95 % interval.</param>
    public sealed record OwnFamilyBody(int Better, int Worse, double? Bias, double Low, double High);

    /// <summary>A change of a judge's reliability, noted when it was noticed.</summary>
    /// <param name="What">fell or rose.</param>
    /// <param name="Source">gold, or the space whose probes showed it.</param>
    public sealed record EventBody(string What, string Source, string Seen, DateTimeOffset At);

    /// <summary>A judge's record on probes of one space that rules decide, its present version.</summary>
    public sealed record ProbeBody(string Space, int Cases, double Accuracy, double Low, double High, double Consistent);

    /// <summary>A probe: of this match the better and the worse player by the rules. Texts are the match's.</summary>
    /// <param name="Window">Start of the ten minutes whose probe it is.</param>
    /// <param name="Lead">Difference of worth by the rules, 0 to 1.</param>
    /// <param name="Side">The player as whom judges meet the better answer.</param>
    public sealed record ProbeItem(Guid Id, string Space, Guid Match, DateTimeOffset Window, int Better, int Worse, double Lead, int Side);

    /// <summary>Dawid and Skene's estimate over gold cases, held at their known answers, and matches that two or more judged; shown, never used.</summary>
    public sealed record ClampedAnswer(double Accuracy, int GoldCases, int Matches);

    /// <param name="Accuracy">Share right on gold cases, Low and High its 95 % interval; of the present version.</param>
    /// <param name="FirstShown">Share of preferences for what was shown first: 0.5 shows no position bias.</param>
    /// <param name="LongerWhenWrong">Share of its errors that preferred the longer text: 0.5 shows no verbosity bias.</param>
    public sealed record GoldAnswerBody(
        int Cases, double? Accuracy, double Low, double High, double? Consistent, double? FirstShown, double? LongerWhenWrong, int Canaries, int CanariesFailed, bool Drifted);

    public sealed record CohenAnswer(string One, string Other, int Matches, double Kappa);

    public sealed record AgreementAnswer(int Matches, double? FleissKappa, double? KrippendorffAlpha, IReadOnlyList<CohenAnswer> Pairs);

    public sealed record BinAnswer(int Count, double Confidence, double Accuracy);

    public sealed record CalibrationAnswer(int Cases, double? Accuracy, double? ExpectedCalibrationError, IReadOnlyList<BinAnswer> Bins);

    public sealed record GoldWish([Required] string Space, [Required] string Task, [Required] string Better, string Worse = "", string Kind = GoldCase.Quality);

    public sealed record BlindAnswer(Guid Match, string Space, string Task, string Left, string Right);

    /// <param name="Weight">Log-odds of a vote of yours, 0 to 0.85, before what you lean to is taken off.</param>
    /// <param name="Known">Known pairs that you answered.</param>
    /// <param name="Right">Of these, rightly.</param>
    /// <param name="Needed">Known pairs before a vote weighs anything.</param>
    public sealed record StandingAnswer(double Weight, int Known, double Right, int Needed, bool Flagged, string Why, string Rule)
    {
        public static StandingAnswer Of(PersonStanding s) => new(s.Weight, s.Known, s.Right, s.Needed, s.Flagged, s.Why, PersonVotes.Rule);
    }

    /// <param name="Choice">left, right or tie.</param>
    public sealed record VoteWish([Required] string Choice);

    public sealed record AppealWish(string Reason = "");

    /// <param name="State">open, upheld, rejected or unheard.</param>
    public sealed record AppealAnswer(Guid Match, string Reason, long Deposit, string State, System.Text.Json.Nodes.JsonNode? Outcome, DateTimeOffset At, DateTimeOffset? DecidedAt)
    {
        public static AppealAnswer Of(Appeal a) => new(a.MatchId.Value, a.Reason, a.Deposit, a.State, a.Outcome is { } o ? System.Text.Json.Nodes.JsonNode.Parse(o) : null, a.At, a.DecidedAt);
    }

    /// <param name="AgentId">For an agent that exists: its stored key is used when none is given.</param>
    public sealed record CheckWish([Required] string Endpoint, [Required] string Model, string? Key, Guid? AgentId);
}
