using Arena.Trainer.Decoding;
using Arena.Trainer.Models;
using Arena.Trainer.Models.Fused;
using Arena.Trainer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Optimisation;

/// <summary>AdamW (Loshchilov and Hutter, arXiv 1711.05101) on one flat tensor, with PyTorch's order of operations.</summary>
public sealed class FlatAdamW : IDisposable
{
    private readonly Tensor _parameters;
    private readonly bool _fused;

    /// <param name="weights">Its flat tensor is asked for gradients from now on.</param>
    /// <param name="fused">In one pass over memory, where numbers and processor allow it; equal to rounding.</param>
    public FlatAdamW(FlatWeights weights, double weightDecay = 0, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, bool fused = true)
    {
        _fused = fused && RowProducts.IsSupported && weights.Flat.dtype == ScalarType.Float32 && weights.Flat.device_type == DeviceType.CPU;
        _parameters = weights.Flat.requires_grad_();
        (WeightDecay, Beta1, Beta2, Epsilon) = (weightDecay, beta1, beta2, epsilon);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        First = zeros_like(_parameters).DetachFromDisposeScope();
        Second = zeros_like(_parameters).DetachFromDisposeScope();
    }

    public double WeightDecay { get; }

    public double Beta1 { get; }

    public double Beta2 { get; }

    public double Epsilon { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>Running mean of gradients.</summary>
    public Tensor First { get; }

    /// <summary>Running mean of squared gradients.</summary>
    public Tensor Second { get; }

    /// <summary>Takes one step along the accumulated gradient and forgets it.</summary>
    /// <param name="clipNorm">The gradient is shortened to this norm; infinity = never.</param>
    /// <returns>The gradient's norm before clipping.</returns>
    public double Step(double learningRate, double clipNorm = double.PositiveInfinity)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var gradient = _parameters.grad ?? throw new InvalidOperationException("There is no gradient; call backward first.");
        var norm = gradient.norm().to_type(ScalarType.Float64).item<double>();
        if (!double.IsFinite(norm))
        {
            throw new TrainerException("The gradient is infinite or NaN: the learning rate is too high, or the data hold extreme values.");
        }
        // The 1e-6 is PyTorch's, in clip_grad_norm_.
        var shorten = norm > clipNorm ? clipNorm / (norm + 1e-6) : 1;
        Steps++;
        if (_fused)
        {
            StepFused(gradient.contiguous(), learningRate, shorten);
        }
        else
        {
            StepByTensors(gradient, learningRate, shorten);
        }
        // Not set to zero: the next backward's gradient then takes its place, where it would be added to it.
        _parameters.grad = null;
        return norm;
    }

    private unsafe void StepFused(Tensor gradient, double learningRate, double shorten)
    {
        const int Piece = 1 << 14;
        var numbers = new AdamWNumbers(
            (float)shorten, (float)(1 - learningRate * WeightDecay), (float)Beta1, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2),
            (float)Math.Sqrt(1 - Math.Pow(Beta2, Steps)), (float)Epsilon, (float)(-learningRate / (1 - Math.Pow(Beta1, Steps))));
        var (p, g, m, v, count) = ((nint)RawData.Of(_parameters), (nint)RawData.Of(gradient), (nint)RawData.Of(First), (nint)RawData.Of(Second), gradient.NumberOfElements);
        RowThreads.Run((count + Piece - 1) / Piece, 10 * Piece, piece =>
        {
            var from = piece * Piece;
            AdamWNumbers.Step(numbers, (float*)p + from, (float*)g + from, (float*)m + from, (float*)v + from, (int)Math.Min(Piece, count - from));
        });
    }

    private void StepByTensors(Tensor gradient, double learningRate, double shorten)
    {
        if (shorten != 1)
        {
            gradient.ScaledBy(shorten);
        }
        if (WeightDecay != 0)
        {
            _parameters.ScaledBy(1 - learningRate * WeightDecay);
        }
        // These live to the end of the step: see KeptScalars.
        using Scalar beta1 = Beta1, rest1 = 1 - Beta1, beta2 = Beta2, rest2 = 1 - Beta2;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps)), rate = -learningRate / (1 - Math.Pow(Beta1, Steps));
        First.mul_(beta1).add_(gradient, rest1);
        Second.mul_(beta2).addcmul_(gradient, gradient, rest2);
        var deviation = Second.sqrt().div_(correction).RaisedBy(Epsilon);
        _parameters.addcdiv_(First, deviation, rate);
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
