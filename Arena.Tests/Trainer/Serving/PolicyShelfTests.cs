using Arena.Trainer.Chance;
using Arena.Trainer.Models;
using Arena.Trainer.Policies;
using Arena.Trainer.Pretraining;
using Arena.Trainer.Serving;

namespace Arena.Tests.Trainer.Serving;

[Collection(TorchCollection.Name)]
public sealed class PolicyShelfTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];
    private readonly PolicyShelf _shelf;

    public PolicyShelfTests() => _shelf = Shelf(new ServeOptions { LookAgain = TimeSpan.Zero });

    public void Dispose()
    {
        _shelf.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_replaced_policy_serves_new_requests_while_the_old_version_stays_for_those_under_way()
    {
        Write("mine", seed: 1);
        using var old = await TakeAsync("mine");
        using var same = await TakeAsync("mine");
        Assert.Same(old.Served, same.Served);
        Write("mine", seed: 2);
        using var fresh = await TakeAsync("mine");
        Assert.NotEqual(old.Served.Fingerprint, fresh.Served.Fingerprint);
        Assert.False(old.Served.Model.IsRetired);
        old.Dispose();
        Assert.False(old.Served.Model.IsRetired, "another request is under way on it");
        same.Dispose();
        Assert.True(old.Served.Model.IsRetired);
        Assert.False(fresh.Served.Model.IsRetired);
    }

    [Fact]
    public async Task New_files_that_cant_be_read_leave_the_old_version_in_service_until_good_ones_come()
    {
        Write("mine", seed: 1);
        using var old = await TakeAsync("mine");
        // A copy that was cut off in the middle.
        var path = _folder.File("policies/mine/" + Policy.WeightsFile);
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)]);
        using var still = await TakeAsync("mine");
        using var again = await TakeAsync("mine");
        Assert.Same(old.Served, still.Served);
        Assert.Same(old.Served, again.Served);
        Assert.Contains("can't be served", Assert.Single(_said));
        Write("mine", seed: 2);
        using var fresh = await TakeAsync("mine");
        Assert.NotEqual(old.Served.Fingerprint, fresh.Served.Fingerprint);
    }

    [Fact]
    public async Task A_replacement_that_was_stopped_between_its_two_renames_is_undone()
    {
        Write("mine", seed: 1);
        Directory.Move(_folder.File("policies/mine"), _folder.File("policies/mine.old"));
        Directory.CreateDirectory(_folder.File("policies/mine.partial"));
        Assert.Equal(["arena-tiny"], _shelf.Names());
        using var back = await TakeAsync("mine");
        Assert.Equal(["arena-tiny", "mine"], _shelf.Names());
    }

    [Fact]
    public async Task Adapters_over_one_base_share_its_memory_and_a_small_base_is_merged()
    {
        using (var basis = TinyModels.Shipped())
        {
            foreach (var seed in new ulong[] { 1, 2 })
            {
                using var adapter = LoraAdapter.Initialise(basis.Config, new LoraConfig(2, 4, LoraConfig.AllTargets), new SeededChance(seed));
                TinyModels.Randomise(adapter.Weights, seed);
                basis.SaveAs(_folder.File($"policies/a{seed}"), null, adapter, "arena-tiny");
            }
        }
        using var sharing = Shelf(new ServeOptions { MergeBelow = 0 });
        using var one = (await sharing.TakeAsync("a1", default))!;
        using var two = (await sharing.TakeAsync("a2", default))!;
        Assert.Same(one.Served.Model, two.Served.Model);
        Assert.NotNull(one.Served.Adapter);
        Assert.NotEqual(one.Served.Fingerprint, two.Served.Fingerprint);
        using var merged = await TakeAsync("a1");
        Assert.Null(merged.Served.Adapter);
        Assert.Equal(one.Served.Fingerprint, merged.Served.Fingerprint);
    }

    [Fact]
    public async Task Nobody_knows_a_name_without_files() => Assert.Null(await _shelf.TakeAsync("nobody", default));

    private PolicyShelf Shelf(ServeOptions options) => new(new PolicyFolders(_folder.Path, null), TimeProvider.System, options, say: _said.Add);

    private async Task<PolicyLease> TakeAsync(string name) => (await _shelf.TakeAsync(name, default))!;

    private void Write(string name, ulong seed)
    {
        using var weights = DecoderLayout.Initialise(PretrainOptions.Tiny, new SeededChance(seed));
        PretrainRun.Save(_folder.File("policies/" + name), PretrainOptions.Tiny, weights);
    }
}
