using Microsoft.AspNetCore.Http.Features;

namespace Arena.Trainer.Serving;

/// <summary>
/// A request that says itself that it is too large is read to its end, up to a point, before it is refused: a connection that closes while the caller still writes takes
/// the answer with it, and the caller sees a lost connection in place of the reason.
/// </summary>
internal static class LargeBodies
{
    // Times the limit; beyond that the connection is closed at once.
    private const int Patience = 16;

    /// <param name="limit">Bytes of a body that are taken.</param>
    public static void RefuseLargeBodies(this WebApplication app, long limit) => app.Use(async (http, next) =>
    {
        if (http.Request.ContentLength is not { } length || length <= limit || length > Patience * limit
            || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } size)
        {
            await next(http);
            return;
        }
        size.MaxRequestBodySize = length;
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        await CompletionEndpoints.Error(413, $"The request has {length} bytes; at most {limit} are read.", null, "request_too_large").ExecuteAsync(http);
    });
}
