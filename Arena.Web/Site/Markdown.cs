using Markdig;
using Microsoft.AspNetCore.Components;

namespace Arena.Web.Site;

/// <summary>Markdown as HTML. Raw HTML in the source is shown as text, links lead only to http(s) and to this site.</summary>
public static class Markdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().Build();

    public static MarkupString Render(string text)
    {
        var document = Markdig.Markdown.Parse(text, Pipeline);
        foreach (var link in Markdig.Syntax.MarkdownObjectExtensions.Descendants<Markdig.Syntax.Inlines.LinkInline>(document))
        {
            if (link.IsImage || link.Url is null || !(link.Url.StartsWith("https://", StringComparison.Ordinal) || link.Url.StartsWith("http://", StringComparison.Ordinal) || link.Url.StartsWith('/') || link.Url.StartsWith('#')))
            {
                link.Url = "#";
                link.IsImage = false;
            }
        }
        return new(Markdig.Markdown.ToHtml(document, Pipeline));
    }
}
