using System.Net;
using System.Net.Sockets;

namespace Arena.Engine.Agents;

/// <summary>
/// Which addresses the site may call on an owner's word. Owners name endpoints, so a careless site could be sent
/// after its own neighbours (server-side request forgery): link-local and cloud metadata addresses are never called,
/// loopback and private networks only where the operator allows it (the default, as people self-host models).
/// </summary>
public static class ChatAddress
{
    // Metadata services outside the link-local ranges: Alibaba Cloud's and Amazon's over IPv6.
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    /// <summary>Reads the base address of an OpenAI-compatible endpoint.</summary>
    /// <param name="text">What a person typed, e.g. "http://localhost:11434/v1".</param>
    /// <param name="address">The base address with a trailing slash, when the result is null.</param>
    /// <returns>Null, or why it is refused and what would be right.</returns>
    public static string? Problem(string? text, ChatOptions options, out Uri address)
    {
        address = new("about:blank");
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri))
        {
            return "The endpoint must be a full address such as http://localhost:11434/v1.";
        }
        if (uri.Scheme is not ("http" or "https"))
        {
            return $"The endpoint must start with http:// or https://, not {uri.Scheme}:.";
        }
        if (uri.UserInfo.Length > 0)
        {
            return "Leave user name and password out of the address; the key has its own field.";
        }
        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return "Leave out everything from ? or # on: the address is the base, usually ending in /v1.";
        }
        if (uri.AbsolutePath.TrimEnd('/').EndsWith("/chat/completions", StringComparison.OrdinalIgnoreCase))
        {
            return "Give the base address (usually ending in /v1), without /chat/completions.";
        }
        if (IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var literal) && Refusal(literal, options) is { } why)
        {
            return why;
        }
        address = new(uri.AbsoluteUri.TrimEnd('/') + "/");
        return null;
    }

    /// <summary>Null when <paramref name="address"/> may be called, or why not. Checked again on each connection, after name resolution.</summary>
    public static string? Refusal(IPAddress address, ChatOptions options)
    {
        var ip = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(ip))
        {
            return options.AllowLoopback ? null : $"This site does not call its own machine ({ip}).";
        }
        if (IsNever(ip))
        {
            return $"This site does not call {ip}: link-local, multicast and metadata addresses are off limits.";
        }
        return IsPrivate(ip) && !options.AllowPrivateNetworks
            ? $"This site does not call private networks ({ip})."
            : null;
    }

    private static bool IsNever(IPAddress ip)
    {
        if (Metadata.Contains(ip) || ip.IsIPv6LinkLocal || ip.IsIPv6Multicast || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
        {
            return true;
        }
        // 169.254/16 is link-local, 0/8 "this network", 224/4 multicast and above it reserved (RFC 6890).
        return ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes() is var b && (b[0] is 0 or >= 224 || (b[0] == 169 && b[1] == 254));
    }

    private static bool IsPrivate(IPAddress ip)
    {
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return ip.IsIPv6UniqueLocal || ip.IsIPv6SiteLocal;
        }
        var b = ip.GetAddressBytes();
        return b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168) || (b[0] == 100 && b[1] is >= 64 and < 128);
    }
}
