using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.Loader;
using Arena.Rules.Play;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Arena.Tests.Rules.Spaces;

/// <summary>
/// A copy of the kernel that counts its steps: every entry of a method and every jump back, so every round of a loop. The same work takes the same number of steps on any
/// machine, which no clock can say. What the base library does within one call counts as nothing. One thread at a time.
/// </summary>
internal sealed class CountedRules
{
    private static readonly Lazy<Assembly> Kernel = new(Rewrite);

    private readonly Assembly _kernel = Kernel.Value;
    private readonly Type _interface;
    private readonly object _rules;
    private readonly FieldInfo _count;

    public CountedRules(string slug)
    {
        _count = _kernel.GetType("Steps")!.GetField("Count")!;
        _interface = _kernel.GetType(typeof(ISpaceRules).FullName!)!;
        _rules = _kernel.GetType("Arena.Rules.SpaceRegistry")!.GetMethod("Find")!.Invoke(null, [slug])!;
    }

    /// <summary>The copy's state after these actions from the opening of a match of <see cref="MadeMatches"/>.</summary>
    public object After(int seed, int players, IReadOnlyList<IReadOnlyDictionary<int, string>> actions)
    {
        var make = _kernel.GetType(typeof(Draws).FullName!)!.GetConstructors().Single();
        var (bytes, stream) = (Expression.Parameter(typeof(byte[])), Expression.Parameter(typeof(string)));
        // Reflection passes no spans; a compiled expression does.
        var draws = Expression.Lambda<Func<byte[], string, object>>(Expression.New(make, Expression.Convert(bytes, typeof(ReadOnlySpan<byte>)), stream), bytes, stream).Compile();
        var state = _interface.GetMethod("Start", [make.DeclaringType!, typeof(int)])!.Invoke(_rules, [draws(MadeMatches.Setup(null!, 2, seed).Seed, "deal/0"), players])!;
        return actions.Aggregate(state, (s, action) => _interface.GetMethod("Apply")!.Invoke(_rules, [s, action])!);
    }

    public long StepsToRead(object state, int seat, string text)
    {
        var read = _interface.GetMethod("Read")!;
        object?[] arguments = [state, seat, text];
        // Once for what is made only once.
        read.Invoke(_rules, arguments);
        return Steps(() => read.Invoke(_rules, arguments));
    }

    /// <summary>A public static method of the copy.</summary>
    /// <param name="type">Without "Arena.Rules.".</param>
    public object? Invoke(string type, string method, params object?[] arguments) => _kernel.GetType("Arena.Rules." + type)!.GetMethod(method)!.Invoke(null, arguments);

    public long Steps(Action work)
    {
        var before = (long)_count.GetValue(null)!;
        work();
        return (long)_count.GetValue(null)! - before;
    }

    private static Assembly Rewrite()
    {
        using var module = ModuleDefinition.ReadModule(typeof(ISpaceRules).Assembly.Location);
        var count = new FieldDefinition("Count", Mono.Cecil.FieldAttributes.Public | Mono.Cecil.FieldAttributes.Static, module.TypeSystem.Int64);
        var steps = new TypeDefinition("", "Steps", Mono.Cecil.TypeAttributes.Public | Mono.Cecil.TypeAttributes.Abstract | Mono.Cecil.TypeAttributes.Sealed, module.TypeSystem.Object);
        steps.Fields.Add(count);
        module.Types.Add(steps);
        foreach (var body in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).Select(m => m.Body))
        {
            var back = body.Instructions.Where(i => i.Operand is Instruction target && target.Offset <= i.Offset).ToList();
            body.SimplifyMacros();
            var il = body.GetILProcessor();
            foreach (var place in back.Prepend(body.Instructions[0]))
            {
                foreach (var instruction in new[] { il.Create(OpCodes.Ldsfld, count), il.Create(OpCodes.Ldc_I4_1), il.Create(OpCodes.Conv_I8), il.Create(OpCodes.Add), il.Create(OpCodes.Stsfld, count) })
                {
                    il.InsertBefore(place, instruction);
                }
            }
            body.OptimizeMacros();
        }
        using var written = new MemoryStream();
        module.Write(written);
        written.Position = 0;
        return new AssemblyLoadContext("counted").LoadFromStream(written);
    }
}
