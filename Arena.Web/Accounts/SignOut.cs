using Arena.Engine.Agents;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Arena.Web.Accounts;

internal static class SignOut
{
    // The form parameter makes the endpoint check the antiforgery token.
    public static async Task<RedirectHttpResult> Handle(SignInManager<Owner> signIn, [FromForm] string? from)
    {
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect(Site.LocalUrl.Or(from, "/"));
    }
}
