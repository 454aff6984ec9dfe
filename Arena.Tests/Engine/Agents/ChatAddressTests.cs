using System.Net;
using Arena.Engine.Agents;

namespace Arena.Tests.Engine.Agents;

public sealed class ChatAddressTests
{
    [Theory]
    [InlineData("http://localhost:11434/v1", "http://localhost:11434/v1/")]
    [InlineData(" https://api.example.org/v1/ ", "https://api.example.org/v1/")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/")]
    public void AnOrdinaryAddressIsTaken(string text, string expected)
    {
        Assert.Null(ChatAddress.Problem(text, new(), out var address));
        Assert.Equal(expected, address.AbsoluteUri);
    }

    [Theory]
    [InlineData("", "full address")]
    [InlineData("localhost:11434/v1", "http://")]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("gopher://x/", "http://")]
    [InlineData("http://user:pw@host/v1", "user name")]
    [InlineData("http://host/v1?key=1", "base")]
    [InlineData("http://host/v1/chat/completions", "without /chat/completions")]
    [InlineData("http://169.254.169.254/v1", "off limits")]
    [InlineData("http://[::ffff:169.254.169.254]/v1", "off limits")]
    [InlineData("http://[fe80::1]/v1", "off limits")]
    [InlineData("http://[fd00:ec2::254]/v1", "off limits")]
    [InlineData("http://100.100.100.200/v1", "off limits")]
    [InlineData("http://0.0.0.0/v1", "off limits")]
    [InlineData("http://0xA9FEA9FE/v1", "off limits")]
    [InlineData("http://2852039166/v1", "off limits")]
    [InlineData("http://255.255.255.255/v1", "off limits")]
    public void ABadAddressIsRefusedWithAReason(string text, string reason) =>
        Assert.Contains(reason, ChatAddress.Problem(text, new(), out _), StringComparison.Ordinal);

    [Fact]
    public void LoopbackAndPrivateNetworksAreTheOperatorsChoice()
    {
        var strict = new ChatOptions { AllowLoopback = false, AllowPrivateNetworks = false };
        foreach (var ip in (string[])["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1"])
        {
            Assert.NotNull(ChatAddress.Refusal(IPAddress.Parse(ip), strict));
            Assert.Null(ChatAddress.Refusal(IPAddress.Parse(ip), new()));
        }
        foreach (var ip in (string[])["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1"])
        {
            Assert.Null(ChatAddress.Refusal(IPAddress.Parse(ip), strict));
        }
    }
}
