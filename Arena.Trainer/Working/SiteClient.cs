using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Arena.Trainer.Working;

/// <summary>The site refused a message and repeating it will not help.</summary>
public sealed class SiteRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>
/// The worker's side of the job protocol, one method a message. Outages surface as <see cref="HttpRequestException"/>; the caller waits and
/// tries again.
/// </summary>
/// <param name="http">Its base address is the site.</param>
public sealed class SiteClient(HttpClient http)
{
    /// <summary>Takes a job, or null when there is none.</summary>
    public async Task<Job?> LeaseAsync(string worker, CancellationToken cancel)
    {
        using var response = await http.PostAsync("api/v1/worker/jobs/lease", Body(new JsonObject { ["worker"] = worker }), cancel);
        await CheckAsync(response, cancel);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return null;
        }
        var text = await response.Content.ReadAsStringAsync(cancel);
        try
        {
            return JsonSerializer.Deserialize<Job>(text, JsonStyle.Wire) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new SiteRefusedException(response.StatusCode, $"The site's answer is not a job ({e.Message}). Is this address an Arena site?");
        }
    }

    /// <summary>The frozen preference set, bytes as hashed.</summary>
    public async Task<byte[]> PairsAsync(Guid job, CancellationToken cancel)
    {
        using var response = await http.GetAsync($"api/v1/worker/jobs/{job}/pairs.jsonl", cancel);
        await CheckAsync(response, cancel);
        return await response.Content.ReadAsByteArrayAsync(cancel);
    }

    public async Task<JobAnswer> ProgressAsync(Job job, string phase, double done, IEnumerable<JsonObject> metrics, CancellationToken cancel)
    {
        using var response = await http.PostAsync($"api/v1/worker/jobs/{job.Id}/progress", Body(new JsonObject
        {
            ["attempt"] = job.Attempt,
            ["phase"] = phase,
            ["done"] = Math.Clamp(done, 0, 1),
            ["metrics"] = new JsonArray([.. metrics.Select(m => (JsonNode)m.DeepClone())]),
        }), cancel);
        if (IsLost(response))
        {
            return JobAnswer.Lost;
        }
        await CheckAsync(response, cancel);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancel));
        return answer?["cancel"]?.GetValue<bool>() == true ? JobAnswer.Cancel : JobAnswer.Continue;
    }

    /// <summary>Hands in one file of the result.</summary>
    public async Task<JobAnswer> PutFileAsync(Job job, string name, string path, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(path);
        using var content = new StreamContent(stream);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.PutAsync($"api/v1/worker/jobs/{job.Id}/files/{Uri.EscapeDataString(name)}", content, cancel);
        if (IsLost(response))
        {
            return JobAnswer.Lost;
        }
        await CheckAsync(response, cancel);
        return JobAnswer.Continue;
    }

    public async Task<JobAnswer> CompleteAsync(Job job, IReadOnlyList<JobFile> files, JsonObject record, CancellationToken cancel)
    {
        using var response = await http.PostAsync($"api/v1/worker/jobs/{job.Id}/complete", Body(new JsonObject
        {
            ["attempt"] = job.Attempt,
            ["files"] = JsonSerializer.SerializeToNode(files, JsonStyle.Wire),
            ["record"] = record.DeepClone(),
        }), cancel);
        if (IsLost(response))
        {
            return JobAnswer.Lost;
        }
        await CheckAsync(response, cancel);
        return JobAnswer.Continue;
    }

    /// <param name="reason">For the owner.</param>
    public async Task FailAsync(Job job, string reason, CancellationToken cancel)
    {
        using var response = await http.PostAsync($"api/v1/worker/jobs/{job.Id}/fail", Body(new JsonObject { ["attempt"] = job.Attempt, ["reason"] = reason }), cancel);
        if (!IsLost(response))
        {
            await CheckAsync(response, cancel);
        }
    }

    private static bool IsLost(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private static StringContent Body(JsonObject json) => new(json.ToJsonString(JsonStyle.Wire), Encoding.UTF8, "application/json");

    /// <summary>Turns what will not get better by waiting into a refusal; the rest into an outage.</summary>
    private static async Task CheckAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }
        var text = await response.Content.ReadAsStringAsync(cancel);
        var detail = Detail(text) ?? response.ReasonPhrase ?? "no reason given";
        if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
        {
            throw new HttpRequestException($"the site answered {(int)response.StatusCode}: {detail}", null, response.StatusCode);
        }
        throw new SiteRefusedException(response.StatusCode, detail);
    }

    /// <summary>The "detail" or "title" of problem details.</summary>
    private static string? Detail(string text)
    {
        try
        {
            var json = JsonNode.Parse(text) as JsonObject;
            return (json?["detail"] ?? json?["title"])?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
