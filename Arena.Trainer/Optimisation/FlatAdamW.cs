using Arena.Trainer.Models;
using Arena.Trainer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Optimisation;

/// <summary>AdamW (Loshchilov and Hutter, arXiv 1711.05101) on one flat tensor, with PyTorch's order of operations.</summary>
public sealed class FlatAdamW : IDisposable
{
    private readonly Tensor _parameters;

    /// <param name="weights">Its flat tensor is asked for gradients from now on.</param>
    public FlatAdamW(FlatWeights weights, double weightDecay = 0, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
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
        if (norm > clipNorm)
        {
            // The 1e-6 is PyTorch's, in clip_grad_norm_.
            gradient.ScaledBy(clipNorm / (norm + 1e-6));
        }
        Steps++;
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
        gradient.zero_();
        return norm;
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
