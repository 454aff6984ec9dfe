using Arena.Trainer.Native;

namespace Arena.Tests.Trainer.Working;

/// <summary>What `doctor` makes of a machine.</summary>
public sealed class FindingTests
{
    private static readonly MachineFacts Good = new(true, 8, null, true, 0.4, 32L << 30, 100L << 30, NvidiaDevice: false, CudaDriver: false, CudaBuild: false);

    [Fact]
    public void A_good_machine_lacks_nothing_and_only_has_no_GPU()
    {
        var findings = Finding.Of(Good);
        Assert.Equal(["system", "processor", "threads", "bfloat16", "memory", "disk", "CUDA"], findings.Select(f => f.Name));
        Assert.Equal(["CUDA"], findings.Where(f => f.Kind != FindingKind.Sound).Select(f => f.Name));
        Assert.Contains("No NVIDIA device", findings[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_system_or_hardly_any_memory_is_missing_something()
    {
        Assert.Equal(FindingKind.Missing, Of(Good with { IsLinuxX64 = false }, "system").Kind);
        var memory = Of(Good with { MemoryBytes = 512L << 20 }, "memory");
        Assert.Equal(FindingKind.Missing, memory.Kind);
        Assert.Contains("At least 1 GiB", memory.Detail, StringComparison.Ordinal);
        // Two numbers that follow from the size: 16 bytes a weight, and 4.
        Assert.Contains("7.4 GiB for full training and 1.8 GiB under an adapter", memory.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("processor", "No AVX2")]
    [InlineData("threads", "One core")]
    [InlineData("bfloat16", "Stay with f32")]
    [InlineData("memory", "tiny policies only")]
    [InlineData("disk", "0.5 GiB free")]
    public void What_is_slower_or_small_is_said_and_does_not_stop_anything(string name, string word)
    {
        var weak = Good with { Cores = 1, Avx2 = false, Bfloat16Slowness = 30, MemoryBytes = 2L << 30, DiskBytes = 512L << 20 };
        var finding = Of(weak, name);
        Assert.Equal(FindingKind.Note, finding.Kind);
        Assert.Contains(word, finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_step_towards_a_GPU_names_the_next()
    {
        var device = Good with { NvidiaDevice = true };
        Assert.Contains("libcuda.so.1", Of(device, "CUDA").Detail, StringComparison.Ordinal);
        Assert.Contains("-p:TorchBackend=cuda", Of(device with { CudaDriver = true }, "CUDA").Detail, StringComparison.Ordinal);
        Assert.Contains("not built", Of(device with { CudaDriver = true, CudaBuild = true }, "CUDA").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_that_are_no_number_are_named() =>
        Assert.Contains("\"many\"", Of(Good with { Threads = "many" }, "threads").Detail, StringComparison.Ordinal);

    private static Finding Of(MachineFacts facts, string name) => Finding.Of(facts).Single(f => f.Name == name);
}
