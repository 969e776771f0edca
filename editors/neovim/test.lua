-- Drives segls with Neovim's own client; run by scripts/editors.sh in a folder
-- with a.seg. Ends with an error at the first thing that is not as it should be.

local function fail(message)
  io.stderr:write("neovim: " .. message .. "\n")
  vim.cmd("cquit 1")
end

local function check(ok, message)
  if not ok then
    fail(message)
  end
end

local function ask(method, params)
  local answers, err = vim.lsp.buf_request_sync(0, method, params, 10000)
  check(answers, method .. " was not answered: " .. tostring(err))
  for _, answer in pairs(answers) do
    check(not answer.error, method .. " failed: " .. vim.inspect(answer.error))
    return answer.result
  end
  fail(method .. " was asked of nobody")
end

local function at(line, column)
  return {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line, character = column },
  }
end

local function labels(result)
  local all = {}
  for _, item in ipairs(result.items or result) do
    all[item.label] = true
  end
  return all
end

local function run()
  vim.cmd("edit a.seg")
  check(vim.wait(10000, function() return #vim.diagnostic.get(0) > 0 end), "no diagnostics came")
  local first = vim.diagnostic.get(0)[1]
  check(first.source == "seg" and first.code == "single-equals", "another diagnostic came: " .. vim.inspect(first))
  vim.cmd("SegRule")
  local page = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  check(page:find("^# single%-equals\n"), "SegRule shows: " .. vim.api.nvim_buf_get_name(0) .. ": " .. page)
  vim.cmd("bwipeout")
  vim.api.nvim_buf_set_lines(0, 0, 1, false, { "Openers = PROFILE(contact).FILTER(statecode == 0)" })
  check(vim.wait(10000, function() return #vim.diagnostic.get(0) == 0 end), "the diagnostic stayed when the mistake was gone")

  check(labels(ask("textDocument/completion", at(0, 27)))["FILTER"], "FILTER is not among the completions after a dot")
  local hover = ask("textDocument/hover", at(0, 36))
  check(vim.inspect(hover.contents):find("Status"), "the hover of statecode does not have its label")
  local edit = ask("textDocument/rename", vim.tbl_extend("force", at(0, 2), { newName = "Readers" }))
  vim.lsp.util.apply_workspace_edit(edit, "utf-16")
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  check(text:find("^Readers = ") and text:find("SEGMENT%(Readers%)"), "the rename gave: " .. text)
  vim.api.nvim_buf_set_lines(0, 0, 1, false, { "Readers=PROFILE( contact ).FILTER(statecode==0)" })
  local edits = ask("textDocument/formatting", { textDocument = vim.lsp.util.make_text_document_params(), options = { tabSize = 4, insertSpaces = true } })
  vim.lsp.util.apply_text_edits(edits, 0, "utf-16")
  text = vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]
  check(text == "Readers = PROFILE(contact).FILTER(statecode == 0)", "formatting gave: " .. text)

  vim.api.nvim_win_set_cursor(0, { 2, 3 })
  vim.fn.setreg('"', "")
  vim.cmd("SegWireForm")
  check(vim.wait(10000, function() return vim.fn.getreg('"') ~= "" end), "SegWireForm copied nothing")
  check(vim.fn.getreg('"') == "SEGMENT(Readers)", "SegWireForm copied: " .. vim.fn.getreg('"'))
  local windows = #vim.api.nvim_list_wins()
  vim.cmd("SegExplain")
  check(vim.wait(10000, function() return #vim.api.nvim_list_wins() > windows end), "SegExplain showed nothing")
  local shown = vim.api.nvim_win_get_buf(vim.api.nvim_list_wins()[windows + 1])
  text = table.concat(vim.api.nvim_buf_get_lines(shown, 0, -1, false), "\n")
  check(text:find("Members of Readers"), "SegExplain showed: " .. text)

  local notify, said = vim.notify, nil
  vim.notify = function(message) said = message end
  vim.cmd("SegValidate")
  check(vim.wait(10000, function() return said ~= nil end), "SegValidate said nothing")
  check(said:find("no organization is set up"), "SegValidate said: " .. said)
  vim.notify = notify
  -- The folder with the seg.toml is the root, also from below: Base is in
  -- another folder.
  vim.cmd("edit! sub/x.seg")
  check(vim.wait(10000, function() return #vim.diagnostic.get(0) > 0 end), "no diagnostics of sub/x.seg came")
  local definition = ask("textDocument/definition", at(0, 9))
  check(vim.inspect(definition):find("other/b.seg"), "the definition of Base is: " .. vim.inspect(definition))
  print("neovim: diagnostics, pages of rules, completion, hover, rename, formatting and the commands work\n")
  vim.cmd("qall!")
end

local ok, err = pcall(run)
if not ok then
  fail(tostring(err))
end
