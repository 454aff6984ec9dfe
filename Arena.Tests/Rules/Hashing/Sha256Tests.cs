using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using Arena.Rules;
using Arena.Rules.Hashing;
using Arena.Rules.Play;
using Arena.Rules.Transcripts;

namespace Arena.Tests.Rules.Hashing;

/// <summary>Draws, hash chains and commitments are these bytes: whichever way they are computed, they are FIPS 180-4's.</summary>
public sealed class Sha256Tests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void TheStandardsExamples(string message, string expected)
    {
        var hash = new byte[32];
        Sha256.Hash(Encoding.ASCII.GetBytes(message), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void EveryLengthGivesTheBaseLibrarysBytes()
    {
        var message = new byte[2_100];
        for (var i = 0; i < message.Length; i++)
        {
            message[i] = (byte)(i * i + 11 * i);
        }
        Span<byte> one = stackalloc byte[40];
        for (var length = 0; length <= message.Length; length++)
        {
            one.Fill(0xEE);
            Sha256.Hash(message.AsSpan(0, length), one);
            Assert.True(one[..32].SequenceEqual(SHA256.HashData(message.AsSpan(0, length))), $"{length} bytes");
            Assert.True(one[32..].IndexOfAnyExcept((byte)0xEE) < 0);
        }
    }

    [Fact]
    public void TheResultMayLieInTheMessage()
    {
        var message = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();
        var expected = SHA256.HashData(message);
        Sha256.Hash(message, message.AsSpan(60, 32));
        Assert.Equal(expected, message[60..92]);
    }

    /// <summary>A second copy of the kernel that hashes with the base library only replays matches of this one: draws, chains, commitments and bytes come out the same.</summary>
    [Theory]
    [InlineData("connect-four")]
    [InlineData("holdem")]
    [InlineData("tradewars")]
    public void WithoutOpenSslAMatchHasTheSameBytes(string slug)
    {
        var rules = SpaceRegistry.Find(slug)!;
        var setup = MadeMatches.Setup(rules, seed: 5);
        var match = MadeMatches.Play(setup, (play, turn) => play.HouseReply(turn, rules.House[turn.Player % 2]));

        var plain = PlainKernel.Value;
        var replay = plain.GetType(typeof(TranscriptReplay).FullName!)!.GetMethod(nameof(TranscriptReplay.Run))!;
        var run = Expression.Parameter(typeof(byte[]));
        var report = Expression.Lambda<Func<byte[], object>>(
            Expression.Call(
                replay,
                Expression.Convert(run, typeof(ReadOnlySpan<byte>)),
                Expression.Constant(plain.GetType(typeof(SpaceRegistry).FullName!)!.GetMethod(nameof(SpaceRegistry.Find))!.Invoke(null, [slug]), replay.GetParameters()[1].ParameterType),
                Expression.Constant(MatchPlay.Commitment(setup.Seed))),
            run).Compile()(match.Transcript);
        object? Of(object? from, string property) => from!.GetType().GetProperty(property)!.GetValue(from);

        Assert.Equal(true, Of(report, nameof(ReplayReport.Ok)));
        Assert.Equal(match.Transcript, Of(Of(report, nameof(ReplayReport.Match)), nameof(PlayedMatch.Transcript)));
        Assert.Equal(match.ChainHead, Of(Of(report, nameof(ReplayReport.Match)), nameof(PlayedMatch.ChainHead)));
    }

    private static readonly Lazy<Assembly> PlainKernel = new(() =>
    {
        // This kernel's own choice is made first.
        Sha256.Hash([], stackalloc byte[32]);
        AppContext.SetSwitch(Sha256.BaseLibraryOnly, true);
        try
        {
            var kernel = new AssemblyLoadContext("plain").LoadFromAssemblyPath(typeof(Sha256).Assembly.Location);
            var hashing = kernel.GetType(typeof(Sha256).FullName!)!;
            RuntimeHelpers.RunClassConstructor(hashing.TypeHandle);
            var native = hashing.GetField("Short", BindingFlags.NonPublic | BindingFlags.Static)!;
            Assert.NotSame(typeof(Sha256), hashing);
            Assert.Null(native.GetValue(null));
            return kernel;
        }
        finally
        {
            AppContext.SetSwitch(Sha256.BaseLibraryOnly, false);
        }
    });

    [Fact]
    public void ManyThreadsAtOnceGetTheirOwn()
    {
        var messages = Enumerable.Range(0, 400).Select(i => Enumerable.Repeat((byte)i, i).ToArray()).ToList();
        Parallel.For(0, 8, _ =>
        {
            Span<byte> hash = stackalloc byte[32];
            foreach (var message in messages)
            {
                Sha256.Hash(message, hash);
                Assert.True(hash.SequenceEqual(SHA256.HashData(message)));
            }
        });
    }
}
