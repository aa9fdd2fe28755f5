#include "weir/aggregate/group_rows.hpp"

#include "weir/aggregate/group_view.hpp"

namespace weir {

void GroupRows::flush() {
  if (size_ == 0) {
    return;
  }
  for (std::size_t i = 0; i < size_; ++i) {
    GroupView(*layout_, groups_[i]).to_flow(batch_.next());
    batch_.append();
  }
  size_ = 0;
  (*emit_)(batch_);
  batch_.clear();
}

}  // namespace weir
