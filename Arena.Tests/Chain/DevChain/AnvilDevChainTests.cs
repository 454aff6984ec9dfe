using System.Net;
using System.Net.Sockets;
using Arena.Chain.DevChain;
using Arena.Chain.Keys;
using Arena.Chain.Rpc;

namespace Arena.Tests.Chain.DevChain;

public sealed class AnvilDevChainTests
{
    [Fact]
    public void AMissingProgramIsExplained()
    {
        var empty = Directory.CreateTempSubdirectory("arena-no-anvil");
        try
        {
            var missing = Assert.Throws<FileNotFoundException>(() => AnvilProgram.Find(empty.FullName));
            Assert.Contains("npm ci", missing.Message);
        }
        finally
        {
            empty.Delete();
        }
    }

    [Fact]
    public async Task AChainThatIsStoppedIsTheSameWhenItStartsAgain()
    {
        var folder = Directory.CreateTempSubdirectory("arena-anvil");
        try
        {
            var state = Path.Combine(folder.FullName, "chain.json");
            var to = EthECKey.GenerateKey().GetPublicAddress();
            BlockHeader before;
            await using (var chain = await Anvil.StartAsync(state))
            {
                var key = await chain.RichKeyAsync();
                await chain.SendAsync(key, to, [], 5);
                await chain.SendAsync(key, to, [], 6);
                before = (await chain.Eth.GetBlockAsync(null, default))!;
            }
            await using (var chain = await Anvil.StartAsync(state))
            {
                Assert.Equal(before, await chain.Eth.GetBlockAsync(null, default));
                Assert.Equal(11, await chain.Eth.GetBalanceAsync(to, default));
                // The next block comes after the last one, whatever the clock says.
                await chain.Node.MineAsync(1, default);
                Assert.True((await chain.Eth.GetBlockAsync(null, default))!.Timestamp >= before.Timestamp);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ATakenPortIsAnErrorWithTheProgramsOwnWords()
    {
        Anvil.ProgramOrSkip();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var program = Anvil.ProgramOrSkip();
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => AnvilDevChain.StartAsync(program, null, port, TimeProvider.System, new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token));
        Assert.IsType<InvalidOperationException>(failed);
        Assert.Contains("in use", failed.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ANodeThatIsNotThereAndOneThatTalksNonsenseAreOutages()
    {
        using var http = new HttpClient();
        var nobody = new EthApi(new JsonRpcClient(http, new Uri($"http://127.0.0.1:{AnvilDevChain.FreePort()}/"), TimeSpan.FromSeconds(5), TimeProvider.System));
        await Assert.ThrowsAsync<RpcUnreachableException>(() => nobody.ChainIdAsync(default));

        using var html = new HttpClient(new Html());
        var site = new EthApi(new JsonRpcClient(html, new Uri("http://127.0.0.1:1/"), TimeSpan.FromSeconds(5), TimeProvider.System));
        await Assert.ThrowsAsync<RpcUnreachableException>(() => site.ChainIdAsync(default));
    }

    private sealed class Html : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent("<html>welcome</html>", System.Text.Encoding.UTF8, "text/html") });
    }
}
