using System.Security.Cryptography;
using System.Text;
using Arena.Rules.Hashing;

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
