using System.Runtime.Intrinsics;

namespace Arena.Trainer.Decoding;

/// <summary>What a decoder does to single rows of numbers between matrix products. Sums have a fixed order, the same on processors with wider vectors.</summary>
internal static unsafe class RowMath
{
    private static bool Wide => Vector512.IsHardwareAccelerated;

    /// <summary>y = x / sqrt(mean(x²) + eps) * weight.</summary>
    public static void Norm(float* x, float* weight, double epsilon, int width, float* y)
    {
        var squares = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var v = Vector256.Load(x + i);
            squares = Vector256.FusedMultiplyAdd(v, v, squares);
        }
        var sum = Vector256.Sum(squares);
        for (; i < width; i++) { sum += x[i] * x[i]; }
        var factor = 1 / MathF.Sqrt(sum / width + (float)epsilon);
        for (i = 0; i + 8 <= width; i += 8)
        {
            (Vector256.Load(x + i) * factor * Vector256.Load(weight + i)).Store(y + i);
        }
        for (; i < width; i++) { y[i] = x[i] * factor * weight[i]; }
    }

    /// <summary>y += x.</summary>
    public static void Add(float* x, float* y, int width)
    {
        var i = 0;
        for (; i + 8 <= width; i += 8) { (Vector256.Load(y + i) + Vector256.Load(x + i)).Store(y + i); }
        for (; i < width; i++) { y[i] += x[i]; }
    }

    /// <summary>Gradients of <see cref="Norm"/>: dx is written, the weight's is added to.</summary>
    public static void NormGradient(float* x, float* weight, double epsilon, int width, float* dy, float* dx, float* dWeight)
    {
        Vector256<float> squares = default, products = default;
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var v = Vector256.Load(x + i);
            squares = Vector256.FusedMultiplyAdd(v, v, squares);
            products = Vector256.FusedMultiplyAdd(v * Vector256.Load(weight + i), Vector256.Load(dy + i), products);
        }
        var (sum, product) = (Vector256.Sum(squares), Vector256.Sum(products));
        for (; i < width; i++)
        {
            sum += x[i] * x[i];
            product += x[i] * weight[i] * dy[i];
        }
        // y = x f w with f = (mean(x²) + eps)^-½: dx = f w dy - x f³ sum(x w dy) / C, dw = x f dy.
        var factor = 1 / MathF.Sqrt(sum / width + (float)epsilon);
        var pull = factor * factor * factor * product / width;
        for (i = 0; i + 8 <= width; i += 8)
        {
            var (v, d) = (Vector256.Load(x + i), Vector256.Load(dy + i));
            (d * Vector256.Load(weight + i) * factor - v * pull).Store(dx + i);
            (Vector256.Load(dWeight + i) + v * factor * d).Store(dWeight + i);
        }
        for (; i < width; i++)
        {
            dx[i] = dy[i] * weight[i] * factor - x[i] * pull;
            dWeight[i] += x[i] * factor * dy[i];
        }
    }

    /// <summary>Turns one head to its position: the halves are the two coordinates, as in Hugging Face's Llama.</summary>
    /// <param name="sin">Negative in its first half.</param>
    /// <param name="y">May be <paramref name="x"/>.</param>
    /// <param name="back">Turn the other way.</param>
    public static void Rotate(float* x, float* cos, float* sin, int width, float* y, bool back = false)
    {
        var half = width / 2;
        var direction = back ? -1f : 1f;
        var i = 0;
        for (; i + 8 <= half; i += 8)
        {
            var (a, b) = (Vector256.Load(x + i), Vector256.Load(x + half + i));
            (a * Vector256.Load(cos + i) + b * (Vector256.Load(sin + i) * direction)).Store(y + i);
            (b * Vector256.Load(cos + half + i) + a * (Vector256.Load(sin + half + i) * direction)).Store(y + half + i);
        }
        for (; i < half; i++)
        {
            var (a, b) = (x[i], x[half + i]);
            y[i] = a * cos[i] + b * (sin[i] * direction);
            y[half + i] = b * cos[half + i] + a * (sin[half + i] * direction);
        }
    }

    /// <summary>y = silu(gate) * up, over one row: the last few numbers go another way than the rest, so rows must not be taken together.</summary>
    /// <param name="y">May be <paramref name="gate"/>.</param>
    public static void Gate(float* gate, float* up, int width, float* y)
    {
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var g = Vector256.Load(gate + i);
            (g * Sigmoid(g) * Vector256.Load(up + i)).Store(y + i);
        }
        for (; i < width; i++) { y[i] = gate[i] * Sigmoid(Vector256.CreateScalar(gate[i]))[0] * up[i]; }
    }

    /// <summary>Gradients of <see cref="Gate"/>.</summary>
    public static void GateGradient(float* gate, float* up, float* dy, int width, float* dGate, float* dUp)
    {
        var i = 0;
        for (; i + 8 <= width; i += 8)
        {
            var (g, u, d) = (Vector256.Load(gate + i), Vector256.Load(up + i), Vector256.Load(dy + i));
            var s = Sigmoid(g);
            (d * g * s).Store(dUp + i);
            (d * u * s * (Vector256<float>.One + g * (Vector256<float>.One - s))).Store(dGate + i);
        }
        for (; i < width; i++)
        {
            var s = Sigmoid(Vector256.CreateScalar(gate[i]))[0];
            dUp[i] = dy[i] * gate[i] * s;
            dGate[i] = dy[i] * up[i] * s * (1 + gate[i] * (1 - s));
        }
    }

    private static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-x));

    /// <summary>x = exp((x - max) * scale), not divided by the sum, which is returned.</summary>
    public static float Exponentials(float* x, float scale, int count)
    {
        var highest = Max(x, count);
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; Wide && i + 16 <= count; i += 16)
        {
            var e = Vector512.Exp((Vector512.Load(x + i) - Vector512.Create(highest)) * scale);
            e.Store(x + i);
            sums = sums + e.GetLower() + e.GetUpper();
        }
        for (; i + 8 <= count; i += 8)
        {
            var e = Vector256.Exp((Vector256.Load(x + i) - Vector256.Create(highest)) * scale);
            e.Store(x + i);
            sums += e;
        }
        var sum = Vector256.Sum(sums);
        for (; i < count; i++)
        {
            x[i] = MathF.Exp((x[i] - highest) * scale);
            sum += x[i];
        }
        return sum;
    }

    /// <summary>x = exp((x - max) * scale).</summary>
    public static float Exponentials(Span<float> x, float scale)
    {
        fixed (float* at = x) { return Exponentials(at, scale, x.Length); }
    }

    /// <summary>Softmax of scale x, in place.</summary>
    /// <param name="scale">Positive.</param>
    /// <returns>log(sum(exp(scale x))).</returns>
    public static float Softmax(float* x, float scale, int count)
    {
        var highest = Max(x, count);
        var sum = Exponentials(x, scale, count);
        var part = Vector256.Create(1 / sum);
        var i = 0;
        for (; i + 8 <= count; i += 8) { (Vector256.Load(x + i) * part).Store(x + i); }
        for (; i < count; i++) { x[i] *= part[0]; }
        return highest * scale + MathF.Log(sum);
    }

    /// <summary>Gradients of <see cref="Softmax"/>: x becomes shares again, and their gradients become those of x.</summary>
    /// <param name="logSum">What it returned.</param>
    public static void SoftmaxGradient(float* x, float* dx, float scale, float logSum, int count)
    {
        var (shift, by, products) = (Vector256.Create(logSum), Vector256.Create(scale), Vector256<float>.Zero);
        var i = 0;
        for (; Wide && i + 16 <= count; i += 16)
        {
            var share = Vector512.Exp(Vector512.Load(x + i) * scale - Vector512.Create(logSum));
            share.Store(x + i);
            products = Vector256.FusedMultiplyAdd(share.GetLower(), Vector256.Load(dx + i), products);
            products = Vector256.FusedMultiplyAdd(share.GetUpper(), Vector256.Load(dx + i + 8), products);
        }
        for (; i + 8 <= count; i += 8)
        {
            var share = Vector256.Exp(Vector256.Load(x + i) * by - shift);
            share.Store(x + i);
            products = Vector256.FusedMultiplyAdd(share, Vector256.Load(dx + i), products);
        }
        var product = Vector256.Sum(products);
        for (; i < count; i++)
        {
            x[i] = MathF.Exp(x[i] * scale - logSum);
            product += x[i] * dx[i];
        }
        var mean = Vector256.Create(product);
        for (i = 0; i + 8 <= count; i += 8) { (Vector256.Load(x + i) * (Vector256.Load(dx + i) - mean) * by).Store(dx + i); }
        for (; i < count; i++) { dx[i] = x[i] * (dx[i] - product) * scale; }
    }

    /// <summary>x = factor * exp(x - logSum).</summary>
    public static void Shares(float* x, float logSum, float factor, int count)
    {
        var (shift, by) = (Vector256.Create(logSum), Vector256.Create(factor));
        var i = 0;
        for (; Wide && i + 16 <= count; i += 16)
        {
            (Vector512.Exp(Vector512.Load(x + i) - Vector512.Create(logSum)) * factor).Store(x + i);
        }
        for (; i + 8 <= count; i += 8)
        {
            (Vector256.Exp(Vector256.Load(x + i) - shift) * by).Store(x + i);
        }
        for (; i < count; i++) { x[i] = MathF.Exp(x[i] - logSum) * factor; }
    }

    /// <summary>The largest number and the sum of exp(x - max).</summary>
    public static (float Max, double Sum) ExponentialSum(ReadOnlySpan<float> x)
    {
        fixed (float* at = x)
        {
            var highest = Max(at, x.Length);
            var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
            var i = 0;
            for (; i + 8 <= x.Length; i += 8)
            {
                var (a, b) = Vector256.Widen(Vector256.Exp(Vector256.Load(at + i) - Vector256.Create(highest)));
                low += a;
                high += b;
            }
            var sum = Vector256.Sum(low + high);
            for (; i < x.Length; i++) { sum += Math.Exp(at[i] - highest); }
            return (highest, sum);
        }
    }

    /// <summary>
    /// <see cref="ExponentialSum"/>, and of the same pass the mean of the numbers and the entropy of their softmax, in nats: log(sum) - sum(e d) / sum with d = x - max.
    /// </summary>
    public static (float Max, double Sum, float Mean, float Entropy) Describe(ReadOnlySpan<float> x)
    {
        fixed (float* at = x)
        {
            var highest = Max(at, x.Length);
            var (low, high) = (Vector256<double>.Zero, Vector256<double>.Zero);
            Vector256<float> weighted = default, distances = default;
            var i = 0;
            for (; Wide && i + 16 <= x.Length; i += 16)
            {
                var d = Vector512.Load(at + i) - Vector512.Create(highest);
                var e = Vector512.Exp(d);
                Add(d.GetLower(), e.GetLower());
                Add(d.GetUpper(), e.GetUpper());
            }
            for (; i + 8 <= x.Length; i += 8)
            {
                var d = Vector256.Load(at + i) - Vector256.Create(highest);
                Add(d, Vector256.Exp(d));
            }
            var (sum, product, distance) = (Vector256.Sum(low + high), (double)Vector256.Sum(weighted), (double)Vector256.Sum(distances));
            for (; i < x.Length; i++)
            {
                double d = at[i] - highest, e = Math.Exp(d);
                sum += e;
                product += e * d;
                distance += d;
            }
            return (highest, sum, (float)(highest + distance / x.Length), (float)(Math.Log(sum) - product / sum));

            void Add(Vector256<float> d, Vector256<float> e)
            {
                var (a, b) = Vector256.Widen(e);
                low += a;
                high += b;
                weighted = Vector256.FusedMultiplyAdd(e, d, weighted);
                distances += d;
            }
        }
    }

    public static double Sum(ReadOnlySpan<float> x)
    {
        fixed (float* at = x)
        {
            var sums = Vector256<double>.Zero;
            var i = 0;
            for (; i + 8 <= x.Length; i += 8)
            {
                var (a, b) = Vector256.Widen(Vector256.Load(at + i));
                sums += a + b;
            }
            var sum = Vector256.Sum(sums);
            for (; i < x.Length; i++) { sum += x[i]; }
            return sum;
        }
    }

    public static float Max(float* x, int count)
    {
        var highest = float.NegativeInfinity;
        var i = 0;
        if (count >= 8)
        {
            var most = Vector256.Load(x);
            for (i = 8; i + 8 <= count; i += 8) { most = Vector256.Max(most, Vector256.Load(x + i)); }
            for (var lane = 0; lane < 8; lane++) { highest = Math.Max(highest, most[lane]); }
        }
        for (; i < count; i++) { highest = Math.Max(highest, x[i]); }
        return highest;
    }

    /// <summary>y = sum of rows * shares / total.</summary>
    /// <param name="rows">(count, width).</param>
    public static void Mix(float* shares, float total, float* rows, int count, int width, float* y)
    {
        var part = 1 / total;
        var d = 0;
        for (; d + 32 <= width; d += 32)
        {
            Vector256<float> a = default, b = default, c = default, e = default;
            var row = rows + d;
            for (var s = 0; s < count; s++, row += width)
            {
                var share = Vector256.Create(shares[s]);
                a = Vector256.FusedMultiplyAdd(share, Vector256.Load(row), a);
                b = Vector256.FusedMultiplyAdd(share, Vector256.Load(row + 8), b);
                c = Vector256.FusedMultiplyAdd(share, Vector256.Load(row + 16), c);
                e = Vector256.FusedMultiplyAdd(share, Vector256.Load(row + 24), e);
            }
            (a * part).Store(y + d);
            (b * part).Store(y + d + 8);
            (c * part).Store(y + d + 16);
            (e * part).Store(y + d + 24);
        }
        for (; d + 8 <= width; d += 8)
        {
            Vector256<float> a = default;
            for (var s = 0; s < count; s++)
            {
                a = Vector256.FusedMultiplyAdd(Vector256.Create(shares[s]), Vector256.Load(rows + (long)s * width + d), a);
            }
            (a * part).Store(y + d);
        }
        for (; d < width; d++)
        {
            var sum = 0f;
            for (var s = 0; s < count; s++) { sum += shares[s] * rows[(long)s * width + d]; }
            y[d] = sum * part;
        }
    }
}
