using Arena.Trainer.Models;
using Arena.Trainer.Sampling;

namespace Arena.Trainer.SelfPlay;

/// <summary>Another policy at the board: it reads the same games with its own weights and vocabulary.</summary>
public sealed record Rival(Decoder Decoder, DecoderWeights Weights, GameTokens Tokens, SamplingOptions Sampling);

/// <summary>Who sits opposite in a share of a round's games: the policy itself, a house agent, or another policy.</summary>
/// <param name="House">Null where a policy plays.</param>
/// <param name="Rival">Null where a house agent plays, or the policy itself.</param>
public sealed record Sparring(double Weight, Opponent? House = null, Rival? Rival = null);
