using System.Runtime.Intrinsics;

namespace Arena.Trainer.Optimisation;

/// <summary>What a step of AdamW multiplies by, and the step in one pass over memory, where tensor operations pass over it nine times.</summary>
/// <param name="Shorten">Of the gradient, for clipping; 1 = none.</param>
/// <param name="Keep">Of the weights, for weight decay.</param>
/// <param name="Correction">sqrt(1 - beta2^t).</param>
/// <param name="Rate">-learning rate / (1 - beta1^t).</param>
internal readonly record struct AdamWNumbers(float Shorten, float Keep, float Beta1, float Rest1, float Beta2, float Rest2, float Correction, float Epsilon, float Rate)
{
    /// <param name="p">Weights.</param>
    /// <param name="g">Their gradients.</param>
    /// <param name="m">Running means of gradients.</param>
    /// <param name="v">Running means of squared gradients.</param>
    public static unsafe void Step(AdamWNumbers by, float* p, float* g, float* m, float* v, int count)
    {
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var gradient = Vector256.Load(g + i) * by.Shorten;
            var mean = Vector256.FusedMultiplyAdd(gradient, Vector256.Create(by.Rest1), Vector256.Load(m + i) * by.Beta1);
            var square = Vector256.FusedMultiplyAdd(gradient * by.Rest2, gradient, Vector256.Load(v + i) * by.Beta2);
            mean.Store(m + i);
            square.Store(v + i);
            var deviation = Vector256.Sqrt(square) / by.Correction + Vector256.Create(by.Epsilon);
            (Vector256.Load(p + i) * by.Keep + mean * by.Rate / deviation).Store(p + i);
        }
        for (; i < count; i++)
        {
            var gradient = g[i] * by.Shorten;
            m[i] = MathF.FusedMultiplyAdd(gradient, by.Rest1, m[i] * by.Beta1);
            v[i] = MathF.FusedMultiplyAdd(gradient * by.Rest2, gradient, v[i] * by.Beta2);
            var deviation = MathF.Sqrt(v[i]) / by.Correction + by.Epsilon;
            p[i] = p[i] * by.Keep + m[i] * by.Rate / deviation;
        }
    }
}
