#include "weir/io/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "weir/base/utf8.hpp"
#include "weir/io/file.hpp"
#include "weir/io/yaml_advice.hpp"

namespace weir {
namespace {

using Kind = ConfigNode::Kind;

/// How much of a tree there is.
struct Size {
  std::size_t nodes = 0;
  std::size_t text = 0;
};

void add_size(const ConfigNode& node, Size& size) {
  size.nodes += 1;
  size.text += node.text.size();
  for (const ConfigNode& item : node.items) {
    add_size(item, size);
  }
  for (const ConfigMember& member : node.members) {
    size.text += member.name.size();
    add_size(member.value, size);
  }
}

/// Makes a tree of what yaml-cpp tells. Its own trees share what aliases stand for, so that a
/// kilobyte can stand for terabytes; here everything is counted.
class TreeBuilder final : public YAML::EventHandler {
 public:
  /// `text` is what is parsed, without a byte order mark.
  TreeBuilder(std::string_view text, const std::string& name)
      : text_(text), file_(std::make_shared<const std::string>(name)) {
    root_.place = {file_, 1, 1};
  }

  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override { root_.place = place(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    complete(node(mark, Kind::nothing), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw node(mark, Kind::nothing).error("an alias cannot stand inside of what it stands for");
    }
    ConfigNode copy = found->second;
    charge(copy);
    complete(std::move(copy), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    ConfigNode made = node(mark, Kind::text);
    refuse_tag(made, tag);
    if (quote_is_open(text_, static_cast<std::size_t>(mark.pos))) {
      throw made.error("the quote that begins here is never closed");
    }
    made.text = value;
    charge(made);
    complete(std::move(made), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(node(mark, Kind::list), tag, anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(node(mark, Kind::map), tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  /// A list or a map that has not ended.
  struct Open {
    ConfigNode node;
    YAML::anchor_t anchor = 0;
    std::optional<ConfigNode> name{};            ///< of a map: whose value comes next
    std::map<std::string, ConfigPlace> names{};  ///< of a map: those that are there
  };

  [[nodiscard]] ConfigPlace place(const YAML::Mark& mark) const {
    return {file_, static_cast<std::size_t>(mark.line) + 1,
            static_cast<std::size_t>(mark.column) + 1};
  }

  [[nodiscard]] ConfigNode node(const YAML::Mark& mark, Kind kind) const {
    ConfigNode made;
    made.kind = kind;
    made.place = place(mark);
    return made;
  }

  void charge(const ConfigNode& made) {
    add_size(made, size_);
    if (size_.nodes > YamlLimits::kNodes || size_.text > YamlLimits::kText) {
      throw made.error(fmt::format("too much for a configuration: more than {} values or {} bytes",
                                   YamlLimits::kNodes, YamlLimits::kText));
    }
  }

  /// Plain texts have the tag `?`, quoted ones `!`, others none unless one was written.
  static void refuse_tag(const ConfigNode& made, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw made.error("tags (!…) are not understood; leave it out");
    }
  }

  void begin(ConfigNode made, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(made, tag);
    if (open_.size() == YamlLimits::kDepth) {
      throw made.error(fmt::format("nested more than {} deep", YamlLimits::kDepth));
    }
    charge(made);
    open_.push_back({.node = std::move(made), .anchor = anchor});
  }

  void end() {
    Open ended = std::move(open_.back());
    open_.pop_back();
    complete(std::move(ended.node), ended.anchor);
  }

  void complete(ConfigNode made, YAML::anchor_t anchor) {
    if (anchor != 0) {
      charge(made);  // what is kept of it
      anchors_[anchor] = made;
    }
    if (open_.empty()) {
      root_ = std::move(made);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Kind::list) {
      parent.node.items.push_back(std::move(made));
    } else if (!parent.name) {
      take_name(parent, std::move(made));
    } else {
      if (made.kind == Kind::nothing) {
        made.place = parent.name->place;  // the parser tells of what comes behind
      }
      parent.node.members.push_back(
          {std::move(parent.name->text), parent.name->place, std::move(made)});
      parent.name.reset();
    }
  }

  static void take_name(Open& parent, ConfigNode name) {
    if (name.kind != Kind::text || name.text.empty()) {
      throw name.error("a name belongs here, with a colon and a value behind it");
    }
    if (name.text.starts_with("\xc2\xa0")) {
      throw name.error("a no-break space (U+00A0) is in front of this name; indent with blanks");
    }
    if (name.text == "<<") {
      throw name.error("merge keys (<<) are not understood; write the values out");
    }
    const auto [other, first] = parent.names.try_emplace(config_name(name.text), name.place);
    if (!first) {
      // In `password:secret` and `password=secret` all is the name.
      const bool shown = name.text.find_first_of(":=") == std::string::npos;
      throw name.error(fmt::format("{} is there already, in line {}",
                                   shown ? fmt::format("'{}'", name.text) : "this name",
                                   other->second.line));
    }
    parent.name = std::move(name);
  }

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, ConfigNode> anchors_;
  Size size_;
  ConfigNode root_;
};

}  // namespace

ConfigNode parse_yaml(std::string_view text, const std::string& name) {
  if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  }
  if (text.size() > YamlLimits::kBytes) {
    throw Error::usage(
        fmt::format("{}: {} bytes are too many for a configuration; up to {} are read", name,
                    text.size(), YamlLimits::kBytes));
  }
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    throw Error::usage(fmt::format("{}: this is no text in UTF-8; save it as such", name));
  }
  std::istringstream in{std::string(text)};
  TreeBuilder builder(text, name);
  TreeBuilder rest(text, name);
  try {
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
    if (parser.HandleNextDocument(rest)) {
      throw rest.take().error("a second document begins; a configuration is one");
    }
  } catch (const YAML::Exception& error) {
    throw Error::usage(
        fmt::format("{}:{}:{}: {}", name, error.mark.line + 1, error.mark.column + 1,
                    yaml_advice(text, static_cast<std::size_t>(error.mark.line), error.msg)));
  }
  return builder.take();
}

ConfigNode read_yaml(const std::string& path) {
  const FileContent file = read_file(path, YamlLimits::kBytes);
  if (!file.ok()) {
    throw Error::usage(fmt::format("{}: {}", path, file.error));
  }
  return parse_yaml(file.bytes, path);
}

}  // namespace weir
