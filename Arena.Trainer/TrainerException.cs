namespace Arena.Trainer;

/// <summary>
/// Something outside the code is wrong (a file, an address, an option) and the message tells a person what to do.
/// The command line prints the message alone, without a stack trace.
/// </summary>
public sealed class TrainerException(string message, Exception? inner = null) : Exception(message, inner);
