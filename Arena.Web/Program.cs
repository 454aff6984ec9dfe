using Arena.Web;
using Arena.Web.Admin;

if (args is ["admin", .. var command])
{
    return await AdminCommand.RunAsync(command, Console.In, Console.Out, TimeProvider.System);
}
var builder = WebApplication.CreateBuilder(args);
builder.AddArenaSite();
var app = builder.Build();
app.UseArenaSite();
await app.RunAsync();
return 0;
