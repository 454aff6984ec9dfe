using System.Numerics;
using System.Text.Json.Nodes;
using Arena.Chain;
using Arena.Chain.Abi;
using Arena.Chain.Keys;
using Arena.Chain.Transactions;

namespace Arena.Tests.Chain.Vectors;

/// <summary>
/// One vector: a key, a transaction with its raw bytes, a signed text and an ABI blob. Drawn as contracts/scripts/check-vectors.mjs
/// reads it; numbers are decimal text.
/// </summary>
internal static class ChainVector
{
    public const int Count = 500;
    public const ulong Seed = 42;

    public const string Types =
        "uint256,int256,address,bool,bytes32,bytes,string,uint256[],bytes32[],(address,uint96)[],(uint8,string,(bytes4,bool))[2],int64,address[3]";

    // One to four bytes of UTF-8 each.
    private static readonly string[] Letters = ["a", "ü", "€", "𝄞", "-"];

    /// <summary>All vectors in order.</summary>
    public static IEnumerable<JsonObject> All()
    {
        var draws = new VectorDraws(Seed);
        for (var i = 0; i < Count; i++)
        {
            yield return Make(i, draws);
        }
    }

    private static JsonObject Make(int i, VectorDraws d)
    {
        var secret = d.Bytes(32);
        secret[0] &= 0x7f;
        var key = new EthECKey(secret);
        var transaction = Transaction(i, d, key.GetPublicAddress());
        var signed = Transaction1559Signer.Sign(transaction, key);
        var message = i % 4 == 0 ? $"héllo ünï {i}" : $"arena.example wants you to sign in with your Ethereum account:\n{new string('x', d.Between(0, 199))}";
        var blob = AbiEncoder.Encode(Types, Values(d));
        return new JsonObject
        {
            ["secret"] = Hex.Of(secret),
            ["address"] = key.GetPublicAddress().Value,
            ["tx"] = new JsonObject
            {
                ["chainId"] = Text(transaction.ChainId),
                ["nonce"] = Text(transaction.Nonce),
                ["maxPriorityFeePerGas"] = Text(transaction.MaxPriorityFeePerGas),
                ["maxFeePerGas"] = Text(transaction.MaxFeePerGas),
                ["gas"] = Text(transaction.GasLimit),
                ["to"] = transaction.To?.Value,
                ["value"] = Text(transaction.Value),
                ["data"] = Hex.Of(transaction.Data),
                ["accessList"] = new JsonArray([.. transaction.AccessList.Select(a => new JsonObject
                {
                    ["address"] = a.Address.Value,
                    ["storageKeys"] = new JsonArray([.. a.StorageKeys.Select(k => JsonValue.Create(Hex.Of(k)))]),
                })]),
            },
            ["raw"] = Hex.Of(signed.Raw),
            ["hash"] = signed.Hash,
            ["message"] = message,
            ["signature"] = EthereumMessageSigner.EncodeUTF8AndSign(message, key),
            ["abi"] = Hex.Of(blob),
        };
    }

    private static Transaction1559 Transaction(int i, VectorDraws d, EthAddress self)
    {
        var chain = 1 + d.Below(99_999);
        var nonce = i == 0 ? 0 : d.Below(1L << d.Between(1, 39));
        var tip = i % 4 == 0 ? 0 : d.Below(1L << 40);
        var maxFee = (BigInteger.One << 40) + d.Number(d.Between(1, 8));
        var gas = d.Between(21_000, 30_000_000);
        var to = i % 7 == 0 ? null : EthAddress.FromBytes(d.Bytes(20));
        var value = i % 3 == 0 ? BigInteger.Zero : d.Number(d.Between(1, 12));
        var data = d.Bytes(d.Between(0, 299));
        return new Transaction1559(chain, nonce, tip, maxFee, gas, to, value, data)
        {
            AccessList = i % 5 == 0 ? [new AccessListItem(self, [d.Bytes(32), d.Bytes(32)])] : [],
        };
    }

    private static object[] Values(VectorDraws d)
    {
        string Words() => string.Concat(Enumerable.Range(0, d.Between(0, 4)).Select(_ => Letters[d.Below(Letters.Length)]));
        object[] Many(Func<object> one) => [.. Enumerable.Range(0, d.Between(0, 4)).Select(_ => one())];
        EthAddress Address() => EthAddress.FromBytes(d.Bytes(20));
        object[] Triple() => [d.Number(1), $"ä{Words()}", new object[] { d.Bytes(4), d.Below(2) == 1 }];
        return
        [
            d.Number(32), new BigInteger(d.Bytes(32), isUnsigned: false, isBigEndian: true), Address(), d.Below(2) == 1, d.Bytes(32),
            d.Bytes(d.Between(0, 100)), Words(), Many(() => d.Number(32)), Many(() => d.Bytes(32)),
            Many(() => new object[] { Address(), d.Number(12) }), new object[] { Triple(), Triple() },
            new BigInteger(d.Bytes(8), isUnsigned: false, isBigEndian: true), new object[] { Address(), Address(), Address() },
        ];
    }

    private static string Text(BigInteger number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
