@main
struct Mountmon {
  static func main() {}
}
