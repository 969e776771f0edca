-- Segment queries in Neovim 0.7 and later: copy this file to
-- ~/.config/nvim/plugin/segls.lua. It needs segls on the PATH.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = "*.seg",
  callback = function()
    vim.bo.filetype = "segment-query"
  end,
})

local clients = {} -- of Neovim 0.7, which does not look for a running one itself

-- root returns the nearest folder above a file with a seg.toml or .git in it,
-- or the folder of the file.
local function root(file)
  local own = vim.fn.fnamemodify(file, ":p:h")
  local folder = own
  while true do
    for _, name in ipairs({ "seg.toml", ".git" }) do
      if vim.loop.fs_stat(folder .. "/" .. name) then
        return folder
      end
    end
    local above = vim.fn.fnamemodify(folder, ":h")
    if above == folder then
      return own
    end
    folder = above
  end
end

local function start(buffer)
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.workspace.textDocumentContent = vim.empty_dict()
  local config = {
    name = "segls",
    cmd = { "segls" },
    root_dir = root(vim.api.nvim_buf_get_name(buffer)),
    capabilities = capabilities,
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  clients[config.root_dir] = clients[config.root_dir] or vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buffer, clients[config.root_dir])
end

-- The pages of rules, where diagnostics and links lead to, are held by segls.
vim.api.nvim_create_autocmd("BufReadCmd", {
  pattern = "seg-rule://*",
  callback = function()
    local page = vim.api.nvim_get_current_buf()
    local uri = vim.api.nvim_buf_get_name(page)
    vim.bo[page].buftype, vim.bo[page].swapfile, vim.bo[page].modifiable = "nofile", false, true
    for _, client in pairs(vim.lsp.get_clients and vim.lsp.get_clients() or vim.lsp.get_active_clients()) do
      if client.name == "segls" then
        -- Since Neovim 0.11 it is a method.
        local request = vim.fn.has("nvim-0.11") == 1 and function(...) return client:request_sync(...) end or client.request_sync
        local answer = request("workspace/textDocumentContent", { uri = uri }, 5000, page)
        if answer and answer.result then
          vim.api.nvim_buf_set_lines(page, 0, -1, false, vim.split(answer.result.text, "\n"))
          vim.bo[page].modifiable, vim.bo[page].filetype = false, "markdown"
        else
          vim.notify(answer and answer.err and answer.err.message or "segls did not answer", vim.log.levels.ERROR)
        end
        return
      end
    end
    vim.notify("segls does not run", vim.log.levels.ERROR)
  end,
})

vim.api.nvim_create_user_command("SegRule", function()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, d in ipairs(vim.diagnostic.get(0, { lnum = line })) do
    local lsp = d.user_data and d.user_data.lsp
    local page = lsp and lsp.codeDescription and lsp.codeDescription.href
    if not page and d.source == "seg" and d.code then
      page = "seg-rule:///" .. d.code .. ".md" -- Neovim before 0.8 does not keep the link
    end
    if page and page:find("^seg%-rule:") then
      vim.cmd("split " .. vim.fn.fnameescape(page))
      return
    elseif page then
      vim.notify(page)
      return
    end
  end
  vim.notify("There is no finding with a page in this line", vim.log.levels.WARN)
end, { desc = "Open the page of the rule that found something in this line" })

-- run has segls run a command on the query under the cursor.
local function run(command, done)
  local clients_here = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.lsp.buf_get_clients(0)
  for _, client in pairs(clients_here) do
    if client.name == "segls" then
      local at = vim.lsp.util.make_position_params(0, client.offset_encoding)
      local params = { command = command, arguments = { at.textDocument.uri, at.position } }
      vim.lsp.buf_request(0, "workspace/executeCommand", params, function(err, result)
        if err then
          vim.notify(err.message, vim.log.levels.ERROR)
        elseif result and result[1] then
          done(result[1])
        end
      end)
      return
    end
  end
  vim.notify("segls does not run here", vim.log.levels.ERROR)
end

vim.api.nvim_create_user_command("SegExplain", function()
  run("seg.explain", function(query)
    vim.lsp.util.open_floating_preview(vim.split(query.markdown, "\n"), "markdown", { wrap = true })
  end)
end, { desc = "Say in plain English what the query under the cursor selects" })

vim.api.nvim_create_user_command("SegWireForm", function()
  run("seg.wireForm", function(query)
    vim.fn.setreg('"', query.query)
    if vim.fn.has("clipboard") == 1 then
      vim.fn.setreg("+", query.query)
    end
    vim.notify("The query is copied as one line")
  end)
end, { desc = "Copy the query under the cursor as the product takes it" })

vim.api.nvim_create_user_command("SegValidate", function()
  run("seg.validate", function() end) -- segls shows itself what came of it
end, { desc = "Have your organization validate the query under the cursor" })

vim.api.nvim_create_autocmd("FileType", {
  pattern = "segment-query",
  callback = function(event)
    local buffer = event.buf or vim.api.nvim_get_current_buf()
    vim.bo[buffer].commentstring = "// %s"
    vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
    start(buffer)
  end,
})
