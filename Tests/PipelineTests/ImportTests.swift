import Testing

@Suite struct PipelineImportTests {}
