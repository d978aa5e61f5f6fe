/// The media types of the API.
public enum MediaType {
  /// Objects, lists, and what goes with them.
  public static let json = "application/json"
  /// Anything: for logs and health, which are text, and JSON where they fail.
  public static let any = "*/*"
  /// The metadata of an object alone.
  public static let partialMetadata =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
  /// The metadata alone of all objects of a list.
  public static let partialMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
}

/// How this client names itself.
public enum ClientIdentity {
  /// The `User-Agent`. A client without one is put down as `unknown` for the fields that it writes.
  public static let userAgent = "mountmon"
  /// Who is said to own the fields that are applied.
  public static let fieldManager = "mountmon"
}
