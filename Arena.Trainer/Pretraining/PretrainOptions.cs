using Arena.Trainer.Models;
using Arena.Trainer.Tokenizing;

namespace Arena.Trainer.Pretraining;

/// <summary>How the shipped base model is made. The defaults make the shipped files.</summary>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="LearningRate">At the start; it falls along a half cosine to a tenth.</param>
/// <param name="TicTacToeRows">Random legal games of tic-tac-toe per step.</param>
/// <param name="ConnectFourRows">Random legal games of Connect Four per step.</param>
/// <param name="CountdownRows">Solved countdown problems per step.</param>
/// <param name="Seed">Decides weights and data.</param>
public sealed record PretrainOptions(int Steps = 2_400, double LearningRate = 2e-3, int TicTacToeRows = 48, int ConnectFourRows = 16, int CountdownRows = 96, ulong Seed = 1)
{
    /// <summary>The shipped model's sizes: about 100 thousand weights.</summary>
    public static ModelConfig Tiny { get; } = new(
        VocabSize: ArenaVocabulary.Tokens.Count, HiddenSize: 64, IntermediateSize: 172, Layers: 2, Heads: 4, KvHeads: 2, HeadDim: 16,
        MaxPositions: 96, RmsNormEps: 1e-5, RopeTheta: 10000, TieWordEmbeddings: true,
        BosId: ArenaVocabulary.BosId, EosId: ArenaVocabulary.EosId, PadId: ArenaVocabulary.PadId);
}
