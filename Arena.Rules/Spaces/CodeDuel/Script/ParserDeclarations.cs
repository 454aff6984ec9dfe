namespace Arena.Rules.Spaces.CodeDuel.Script;

/// <summary>What a block or a program declares: variables, functions, classes.</summary>
internal sealed partial class Parser
{
    private DeclareNode Declaration(bool endsStatement)
    {
        var at = Advance();
        var parts = new List<(Pattern, Node?)>();
        do
        {
            var target = _token;
            var pattern = BindingTarget();
            foreach (var name in pattern.Names)
            {
                if (at.Text == "var")
                {
                    DeclareVar(target, name);
                }
                else
                {
                    DeclareLexical(target, name, at.Text == "const");
                }
            }
            var value = Take("=") ? Assignment() : null;
            if (value is FunctionNode { Name: "" } function && pattern is NamePattern named)
            {
                function.Name = named.Name;
            }
            if (value is null && endsStatement && (at.Text == "const" || pattern is not NamePattern))
            {
                throw Problem(target, "This declaration needs a value.");
            }
            parts.Add((pattern, value));
        }
        while (Take(","));
        if (endsStatement)
        {
            EndStatement();
        }
        return new DeclareNode { Line = at.Line, Parts = [.. parts], IsVar = at.Text == "var" };
    }

    private Node FunctionDeclaration()
    {
        var line = Advance().Line;
        if (Is("*"))
        {
            throw Problem(_token, "Generators are not part of the subset.");
        }
        var at = _token;
        var name = NewName();
        if (_block.Lexical.Any(l => l.Name == name) || _block.Parameters.Contains(name) && !_block.IsTop || !_block.IsTop && (_block.Vars.Contains(name) || _block.Functions.Any(f => f.Name == name)))
        {
            throw Problem(at, $"\"{name}\" is declared twice.");
        }
        var function = FunctionBody(name, line, Parameters(), arrow: false);
        _block.Functions.RemoveAll(f => f.Name == name);
        _block.Functions.Add(function);
        return new BlockNode { Line = line, Body = [], Lexical = [], Functions = [], Vars = [], OwnScope = false };
    }

    private DeclareNode ClassDeclaration()
    {
        var at = _token;
        var made = Class();
        made.BindsOwnName = false;
        if (made.Name.Length == 0)
        {
            throw Problem(at, "This class needs a name.");
        }
        DeclareLexical(at, made.Name, constant: true);
        return new DeclareNode { Line = at.Line, Parts = [(new NamePattern(made.Name), made)], IsVar = false };
    }

    private ClassNode Class()
    {
        var line = Advance().Line;
        var name = _token.Kind == TokenKind.Name && !Reserved.Contains(_token.Text) ? NewName() : "";
        if (IsWord("extends"))
        {
            throw Problem(_token, "Inheritance is not part of the subset.");
        }
        Expect("{");
        FunctionNode? constructor = null;
        var methods = new List<(Node, FunctionNode)>();
        var statics = new List<(Node, Node)>();
        var fields = new List<(Node, Node?)>();
        while (!Take("}"))
        {
            if (Take(";"))
            {
                continue;
            }
            var at = _token;
            var isStatic = IsWord("static");
            if (isStatic)
            {
                Advance();
            }
            if (Is("*") || ((IsWord("get") || IsWord("set") || IsWord("async")) && Lookahead.Next(_lexer) is { Kind: TokenKind.Name or TokenKind.Text, AfterNewLine: false }))
            {
                throw Problem(_token, "Getters, setters, generators and async methods are not part of the subset.");
            }
            var word = _token;
            var key = PropertyName();
            if (Is("("))
            {
                var method = FunctionBody(word.Text, word.Line, Parameters(), arrow: false);
                if (isStatic)
                {
                    statics.Add((key, method));
                }
                else if (word is { Kind: TokenKind.Name, Text: "constructor" })
                {
                    constructor = constructor is null ? method : throw Problem(at, "A class has one constructor.");
                }
                else
                {
                    methods.Add((key, method));
                }
                continue;
            }
            var value = Take("=") ? Assignment() : null;
            EndStatement();
            if (isStatic)
            {
                statics.Add((key, value ?? new LiteralNode { Line = at.Line, Value = Undefined.Value }));
            }
            else
            {
                fields.Add((key, value));
            }
        }
        return new ClassNode { Line = line, Name = name, Constructor = constructor, Methods = [.. methods], Statics = [.. statics], Fields = [.. fields] };
    }
}
