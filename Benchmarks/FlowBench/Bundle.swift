func writeBundle(to folder: String) throws(BenchError) {}
