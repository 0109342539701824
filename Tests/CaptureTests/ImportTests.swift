import Testing

@Suite struct CaptureImportTests {}
