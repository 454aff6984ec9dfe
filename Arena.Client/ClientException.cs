namespace Arena.Client;

/// <summary>Something that the user can put right; its message is all that is shown.</summary>
internal sealed class ClientException(string message) : Exception(message);
