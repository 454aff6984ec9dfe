using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Arena.Engine.Agents;

/// <summary>
/// Asks one question of an OpenAI-compatible endpoint and says exactly what went wrong when there is no answer.
/// The wire is our own, rather than a client library's, because the spend cap needs <c>max_tokens</c> that every
/// compatible server honours (the OpenAI library sends only <c>max_completion_tokens</c>, which many ignore), and
/// because half an answer, a web page and silence must be told apart.
/// </summary>
public sealed class ChatEndpoint : IDisposable
{
    private readonly ChatOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public ChatEndpoint(IOptions<ChatOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _http = new(new SocketsHttpHandler
        {
            // A redirect could lead to an address that was never checked.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = _options.UseProxy,
            ConnectCallback = _options.UseProxy ? null : ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <param name="endpoint">Base address, usually ending in "/v1".</param>
    /// <param name="key">Bearer token, or null where none is needed.</param>
    /// <param name="timeout">For the whole exchange.</param>
    /// <exception cref="OperationCanceledException">Only when <paramref name="ct"/> is cancelled; every other failure is a <see cref="ChatTrouble"/>.</exception>
    public Task<ChatOutcome> AskAsync(string endpoint, string? key, ChatQuestion question, TimeSpan timeout, CancellationToken ct) =>
        PostAsync(endpoint, key, "chat/completions", Body(question), (status, body, took) => ChatReading.Of(status, body, took, question.Model), timeout, ct);

    /// <summary>Asks a learned reward model, as Arena.Trainer serves one at score beside chat/completions.</summary>
    /// <returns>A <see cref="ScoreAnswer"/> or a <see cref="ChatTrouble"/>.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="ct"/> is cancelled.</exception>
    public Task<ChatOutcome> ScoreAsync(string endpoint, string? key, ScoreQuestion question, TimeSpan timeout, CancellationToken ct)
    {
        var body = new JsonObject { ["model"] = question.Model, ["prompt"] = question.Prompt, ["answers"] = new JsonArray([.. question.Answers.Select(a => (JsonNode)a)]) };
        return PostAsync(endpoint, key, "score", body, (status, answer, took) => ChatReading.Scores(status, answer, took, question.Answers.Count), timeout, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ChatOutcome> PostAsync(
        string endpoint, string? key, string path, JsonObject body, Func<HttpStatusCode, byte[], TimeSpan, ChatOutcome> read, TimeSpan timeout, CancellationToken ct)
    {
        if (ChatAddress.Problem(endpoint, _options, out var address) is { } problem)
        {
            return new ChatTrouble(ChatTroubleKind.BadAddress, problem);
        }
        if (timeout <= TimeSpan.Zero)
        {
            return new ChatTrouble(ChatTroubleKind.TimedOut, "There was no time left to ask.");
        }
        using var clock = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        var began = _time.GetTimestamp();
        var progress = new Progress();
        try
        {
            using var request = Request(new Uri(address, path), key, body);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            progress.Status = response.StatusCode;
            var bytes = await BodyAsync(response, progress, either.Token);
            return Redact(read(response.StatusCode, bytes, _time.GetElapsedTime(began)), key);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException or InvalidDataException)
        {
            return Redact(Explain(e, address, timeout, progress, clock.IsCancellationRequested), key);
        }
    }

    private static JsonObject Body(ChatQuestion question)
    {
        var body = new JsonObject
        {
            ["model"] = question.Model,
            ["messages"] = new JsonArray([.. question.Lines.Select(l => (JsonNode)new JsonObject { ["role"] = l.Role, ["content"] = l.Content })]),
            ["max_tokens"] = question.MaxTokens,
            ["temperature"] = question.Temperature,
            ["stream"] = false,
        };
        if (question.Seed is { } seed)
        {
            body["seed"] = seed;
        }
        if (question.Choices is { } choices)
        {
            body["guided_choice"] = new JsonArray([.. choices.Select(c => (JsonNode)c)]);
        }
        if (question.AtOnce)
        {
            body["chat_template_kwargs"] = new JsonObject { ["enable_thinking"] = false };
        }
        if (question.Grammar is { } grammar)
        {
            body["guided_grammar"] = grammar;
        }
        if (question.JsonAnswer)
        {
            body["response_format"] = new JsonObject { ["type"] = "json_object" };
        }
        return body;
    }

    private static HttpRequestMessage Request(Uri address, string? key, JsonObject body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Arena", "1"));
        if (!string.IsNullOrWhiteSpace(key))
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key.Trim());
        }
        return request;
    }

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, Progress progress, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        using var kept = new MemoryStream();
        var buffer = new byte[16_384];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            progress.Bytes += read;
            if (progress.Bytes > _options.MaxAnswerBytes)
            {
                throw new InvalidDataException($"The answer is larger than {_options.MaxAnswerBytes:N0} bytes.");
            }
            kept.Write(buffer, 0, read);
        }
        return kept.ToArray();
    }

    private static ChatTrouble Explain(Exception e, Uri address, TimeSpan timeout, Progress progress, bool late)
    {
        var where = address.GetLeftPart(UriPartial.Authority);
        if (e is InvalidDataException)
        {
            return new(ChatTroubleKind.TooLarge, e.Message);
        }
        if (late)
        {
            return new(ChatTroubleKind.TimedOut, progress.Status is null
                ? $"{where} was silent for {timeout.TotalSeconds:0.#} s."
                : $"{where} began to answer (HTTP {(int)progress.Status}, {progress.Bytes:N0} bytes) but did not finish within {timeout.TotalSeconds:0.#} s.");
        }
        if (progress.Status is not null)
        {
            return new(ChatTroubleKind.CutShort, $"{where} closed the connection half way through its answer (after {progress.Bytes:N0} bytes).");
        }
        if (e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
        {
            return new(ChatTroubleKind.CutShort, $"{where} closed the connection before it answered.");
        }
        return Inner<ForbiddenAddressException>(e) is { } forbidden
            ? new(ChatTroubleKind.BadAddress, forbidden.Message)
            : new(ChatTroubleKind.Unreachable, $"{where} can't be reached: {Cause(e)}.");
    }

    private static string Cause(Exception e)
    {
        if (Inner<SocketException>(e) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "nothing listens there (connection refused)",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "the name is not known",
                SocketError.TimedOut => "no answer to the connection attempt",
                var code => code.ToString(),
            };
        }
        return Inner<AuthenticationException>(e) is not null ? "its TLS certificate was not accepted, or it does not speak TLS" : e is HttpRequestException { HttpRequestError: var error } && error != HttpRequestError.Unknown ? error.ToString() : "the connection failed";
    }

    private static T? Inner<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>An endpoint may echo what it was sent; the key must not travel on from there.</summary>
    private static ChatOutcome Redact(ChatOutcome outcome, string? key)
    {
        if (key?.Trim() is not { Length: >= 4 } secret)
        {
            return outcome;
        }
        return outcome switch
        {
            ChatAnswer a => a with { Text = a.Text.Replace(secret, "[key]", StringComparison.Ordinal), Model = a.Model.Replace(secret, "[key]", StringComparison.Ordinal) },
            ChatTrouble t => t with { Detail = t.Detail.Replace(secret, "[key]", StringComparison.Ordinal) },
            _ => outcome,
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var all = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var allowed = Array.FindAll(all, ip => ChatAddress.Refusal(ip, _options) is null);
        if (allowed.Length == 0)
        {
            throw new ForbiddenAddressException(all.Length == 0 ? $"{host} has no address." : ChatAddress.Refusal(all[0], _options)!);
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // The addresses that were checked are the addresses that are called: no second name look-up in between.
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ForbiddenAddressException(string message) : IOException(message);

    private sealed class Progress
    {
        public HttpStatusCode? Status { get; set; }

        public long Bytes { get; set; }
    }
}
