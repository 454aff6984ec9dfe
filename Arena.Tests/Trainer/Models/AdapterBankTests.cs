using Arena.Trainer.Models;
using static TorchSharp.torch;

namespace Arena.Tests.Trainer.Models;

[Collection(TorchCollection.Name)]
public sealed class AdapterBankTests
{
    private static readonly int[] Rows = [1, -1, 0, 1, 2];

    private readonly ModelConfig _config = TinyModels.Kind("qwen2");

    [Fact]
    public void Rows_of_one_batch_answer_as_each_would_with_its_own_adapter()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = TinyModels.Weights(_config);
        var adapters = Adapters();
        using var decoder = new Decoder(_config, ScalarType.Float64);
        using var bank = new AdapterBank(_config, weights.Views());
        using var bound = bank.ForRows(Of(adapters, Rows));
        var ids = tensor(TinyModels.Ids(35, _config.VocabSize, 3), [5, 7]);
        var mixed = decoder.Hidden(bound.Weights, ids);
        for (var row = 0; row < Rows.Length; row++)
        {
            var alone = decoder.Hidden(DecoderWeights.Bind(_config, weights.Views(), Rows[row] < 0 ? null : adapters[Rows[row]]), ids.narrow(0, row, 1));
            Assert.True((mixed.narrow(0, row, 1) - alone).abs().max().item<double>() < 1e-12);
        }
        Assert.True((mixed[2] - mixed[3]).abs().max().item<double>() > 1e-3, "the adapters should matter");
        adapters.ForEach(a => a.Dispose());
    }

    [Fact]
    public void The_cache_continues_rows_with_different_adapters()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = TinyModels.Weights(_config);
        var adapters = Adapters();
        using var decoder = new Decoder(_config, ScalarType.Float64);
        using var bank = new AdapterBank(_config, weights.Views());
        using var rows = bank.ForRows(Of(adapters, Rows));
        var bound = rows.Weights;
        var ids = tensor(TinyModels.Ids(35, _config.VocabSize, 4), [5, 7]);
        var whole = decoder.Hidden(bound, ids);
        using var cache = new KvCache(_config, 5, 7, dtype: ScalarType.Float64);
        decoder.Hidden(bound, ids.narrow(1, 0, 6), cache);
        Assert.True((decoder.Hidden(bound, ids.narrow(1, 6, 1), cache) - whole.narrow(1, 6, 1)).abs().max().item<double>() < 1e-12);
        adapters.ForEach(a => a.Dispose());
    }

    [Fact]
    public void Adapters_trained_in_one_batch_get_the_gradients_they_would_get_alone()
    {
        using var scope = NewDisposeScope();
        using var weights = TinyModels.Weights(_config);
        using var decoder = new Decoder(_config, ScalarType.Float64);
        var ids = tensor(TinyModels.Ids(35, _config.VocabSize, 5), [5, 7]);
        var together = Adapters();
        together.ForEach(a => a.Weights.Flat.requires_grad_());
        using var bank = new AdapterBank(_config, weights.Views());
        using var bound = bank.ForRows(Of(together, Rows));
        Loss(decoder.Hidden(bound.Weights, ids)).backward();
        var apart = Adapters();
        for (var n = 0; n < apart.Count; n++)
        {
            apart[n].Weights.Flat.requires_grad_();
            var own = ids.index_select(0, tensor(Rows.Index().Where(r => r.Item == n).Select(r => (long)r.Index).ToArray()));
            Loss(decoder.Hidden(DecoderWeights.Bind(_config, weights.Views(), apart[n]), own)).backward();
            var expected = apart[n].Weights.Flat.grad!;
            var (worst, largest) = ((together[n].Weights.Flat.grad! - expected).abs().max().item<double>(), expected.abs().max().item<double>());
            Assert.True(largest > 1e-3);
            Assert.True(worst < 1e-12 * largest, $"adapter {n}: {worst} beside {largest}");
        }
        together.ForEach(a => a.Dispose());
        apart.ForEach(a => a.Dispose());

        // Not the sum of squares: after a norm that hardly changes.
        static Tensor Loss(Tensor hidden) => hidden.pow(3).sum();
    }

    [Fact]
    public void Rows_that_agree_use_the_plain_weights_and_a_forgotten_adapter_is_bound_anew()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = TinyModels.Weights(_config);
        var adapters = Adapters();
        using var bank = new AdapterBank(_config, weights.Views());
        var one = bank.For(adapters[1]);
        Assert.Same(one, bank.ForRows(Of(adapters, [1, 1, 1])).Weights);
        Assert.Same(bank.Base, bank.ForRows([null, null]).Weights);
        Assert.False(one.PerRow);
        using (var mixed = bank.ForRows(Of(adapters, [1, 0])))
        {
            Assert.True(mixed.Weights.PerRow);
        }
        bank.Forget(adapters[1]);
        Assert.NotSame(one, bank.For(adapters[1]));
        bank.Forget(adapters[2]);
        adapters.ForEach(a => a.Dispose());
    }

    private static List<LoraAdapter?> Of(List<LoraAdapter> adapters, IEnumerable<int> rows) => [.. rows.Select(r => r < 0 ? null : adapters[r])];

    /// <summary>Different ranks, scales and covered layers.</summary>
    private List<LoraAdapter> Adapters() =>
    [
        TinyModels.Adapter(_config, new LoraConfig(3, 6, LoraConfig.AllTargets), 1),
        TinyModels.Adapter(_config, new LoraConfig(2, 8, ["q_proj", "v_proj"]), 2),
        TinyModels.Adapter(_config, new LoraConfig(4, 4, ["layers.1.mlp.down_proj", "k_proj"]) { RankStabilised = true }, 3),
    ];
}
