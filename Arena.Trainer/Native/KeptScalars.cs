using TorchSharp;
using static TorchSharp.torch;

namespace Arena.Trainer.Native;

/// <summary>
/// Arithmetic of tensors with Scalars that live long enough. TorchSharp turns the number of "tensor * 2", and the hidden factor 1 of "tensor + tensor", into a
/// native Scalar within the call; nothing refers to its managed half while libtorch reads the native one, so the collector may free it in that moment
/// ("Unknown scalar type", seen in long runs). Here a Scalar lives until the call is over. Results are those of the operators, bit for bit.
/// </summary>
internal static class KeptScalars
{
    private static readonly Scalar One = 1;

    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>In place.</summary>
    public static Tensor RaisedBy(this Tensor x, Tensor y) => x.add_(y, One);

    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.add(kept, One);
    }

    /// <summary>In place.</summary>
    public static Tensor RaisedBy(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.add_(kept, One);
    }

    public static Tensor Minus(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.sub(kept);
    }

    /// <summary>number - x.</summary>
    public static Tensor TakenFrom(this Tensor x, double number) => x.neg().Plus(number);

    public static Tensor Times(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.mul(kept);
    }

    /// <summary>In place.</summary>
    public static Tensor ScaledBy(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.mul_(kept);
    }

    public static Tensor Over(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.div(kept);
    }

    /// <summary>x², without the Scalar of square().</summary>
    public static Tensor Squared(this Tensor x) => x * x;

    public static Tensor AtLeast(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.clamp_min(kept);
    }

    public static Tensor Between(this Tensor x, double low, double high)
    {
        using Scalar least = low, most = high;
        return x.clamp(least, most);
    }

    /// <summary>Bool, elementwise.</summary>
    public static Tensor IsBelow(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.lt(kept);
    }

    /// <summary>Bool, elementwise.</summary>
    public static Tensor IsAbove(this Tensor x, double number)
    {
        using Scalar kept = number;
        return x.gt(kept);
    }

    /// <summary>x with each row of <paramref name="added"/> added to the row of its index.</summary>
    /// <param name="index">(rows of added) int64.</param>
    public static Tensor AddRows(this Tensor x, Tensor index, Tensor added) => x.index_add(0, index, added, One);
}
