// Prints the columns with their types, and the rows, of a Parquet file as one line of JSON each.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'

const file = await asyncBufferFromFile(process.argv[2])
const metadata = await parquetMetadataAsync(file)
const columns = parquetSchema(metadata).children.map(c => [c.element.name, c.element.type, c.element.converted_type ?? c.element.logical_type?.type ?? null])
const rows = await parquetReadObjects({ file, metadata })
console.log(JSON.stringify(columns))
console.log(JSON.stringify(rows))
