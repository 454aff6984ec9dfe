using System.Text;

namespace Arena.Trainer.Training;

/// <summary>A file of JSON lines that a resumed run cuts back to where its checkpoint stood.</summary>
public sealed class RunLog : IDisposable
{
    private readonly FileStream _stream;

    /// <param name="keep">Bytes to keep; the rest belonged to work that is done again.</param>
    public RunLog(string path, long keep)
    {
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        _stream.SetLength(Math.Min(keep, _stream.Length));
        _stream.Seek(0, SeekOrigin.End);
    }

    public long Length => _stream.Length;

    public void Append(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    public void Flush() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();
}
