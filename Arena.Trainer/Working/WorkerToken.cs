using System.Net.Http.Headers;

namespace Arena.Trainer.Working;

/// <summary>
/// Puts the worker's token on every request. The file is read again each time, because the site writes it when it starts, perhaps after
/// us, and may write a new one.
/// </summary>
public sealed class WorkerToken(string file) : DelegatingHandler(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As good as an outage: the site has not written it yet.
            throw new HttpRequestException($"the token file {file} can't be read yet: {e.Message}", e);
        }
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await base.SendAsync(request, cancellationToken);
    }
}
