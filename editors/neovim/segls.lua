-- Segment queries in Neovim 0.7 and later: copy this file to
-- ~/.config/nvim/plugin/segls.lua. It needs segls on the PATH.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
  pattern = "*.seg",
  callback = function()
    vim.bo.filetype = "segment-query"
  end,
})

local clients = {} -- of Neovim 0.7, which does not look for a running one itself

local function start(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  local found = vim.fs and vim.fs.find({ "seg.toml", ".git" }, { path = vim.fs.dirname(file), upward = true })[1]
  local config = {
    name = "segls",
    cmd = { "segls" },
    root_dir = found and vim.fs.dirname(found) or vim.fn.fnamemodify(file, ":p:h"),
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  clients[config.root_dir] = clients[config.root_dir] or vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(buffer, clients[config.root_dir])
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = "segment-query",
  callback = function(event)
    local buffer = event.buf or vim.api.nvim_get_current_buf()
    vim.bo[buffer].commentstring = "// %s"
    vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
    start(buffer)
  end,
})
