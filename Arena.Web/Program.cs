using Arena.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddArenaSite();
var app = builder.Build();
app.UseArenaSite();
await app.RunAsync();
