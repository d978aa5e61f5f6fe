@main
struct FaultFS {
  static func main() {}
}
